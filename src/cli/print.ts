import { writeSync } from 'node:fs'
import { writeStdout } from '../host/index.ts'

/** Prints a line on standard output. */
export function print(line = ''): void {
  writeStdout(`${line}\n`)
}

/** Prints a line for the person at the terminal, on standard error: never part of what a command answers. */
export function note(line: string): void {
  writeSync(2, `${line}\n`)
}

/** A text's lines, each with the same indentation. */
export function indented(text: string, by: number): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n')
}

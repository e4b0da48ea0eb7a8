import { writeSync } from 'node:fs'
import { printableLines } from '../cni/index.ts'
import { writeStdout } from '../host/index.ts'
import { styledParts, WIDTH, wrapped } from './terminal.ts'

/**
 * Prints a line on standard output. Whatever a cluster, a file or a plugin has put into it, the terminal obeys none of
 * it: control characters are shown as their `\u` escapes, which in JSON mean the same, but for those of {@link styled}.
 */
export function print(line = ''): void {
  writeStdout(`${harmless(line)}\n`)
}

/** Prints a line for the person at the terminal, on standard error, likewise: never part of what a command answers. */
export function note(line: string): void {
  writeSync(2, `${harmless(line)}\n`)
}

/** Says on standard error what is wrong: a line for a program, on a terminal broken between words. */
export function complain(text: string): void {
  const { isTTY, columns } = process.stderr
  const lines = `plexus: ${text.trimEnd()}`.split('\n')
  note(lines.map((line) => (isTTY ? wrapped(line, 2, columns || WIDTH) : line)).join('\n'))
}

function harmless(text: string): string {
  return styledParts(text)
    .map(({ kind, text }) => (kind === 'style' ? text : printableLines(text)))
    .join('')
}

/** Begins the terminal anew, for what stays and changes. */
export function clearTerminal(): void {
  writeStdout('\u001b[H\u001b[2J')
}

/** A text's lines, each with the same indentation. */
export function indented(text: string, by: number): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n')
}

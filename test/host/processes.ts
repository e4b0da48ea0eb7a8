import { readFileSync } from 'node:fs'

/** The name of the program a process runs; undefined where there is no such process, or only its remains. */
export function livesAs(pid: number): string | undefined {
  try {
    const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return state === 'Z' || state === 'X' ? undefined : name
  } catch {
    return undefined
  }
}

import { readFileSync } from 'node:fs'
import { CniError, CODE } from '../cni/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'

/** What the kernel says of a process (proc_pid_stat(5)). */
export type ProcessStat = {
  readonly parent: number
  readonly group: number
  /** In clock ticks since the boot. */
  readonly startTime: string
  /** How many threads it has. */
  readonly threads: number
  /** It has ended and only waits for its parent to ask how. */
  readonly ended: boolean
}

/**
 * What the kernel says of a process; undefined where there is none.
 * @throws CniError 5 where it cannot be read.
 */
export function processStat(pid: number): ProcessStat | undefined {
  const text = readProc(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The second field is the program's name in parentheses, and may itself hold parentheses and spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state = '', parent, group] = fields
  const [threads, startTime = ''] = [Number(fields[17]), fields[19]]
  // The first thread may be gone while another is still in a system call.
  const ended = (state === 'Z' || state === 'X') && threads <= 1
  return { parent: Number(parent), group: Number(group), startTime, threads, ended }
}

/**
 * The text of a file in /proc; undefined where the file, or its process, is gone.
 * @throws CniError 5 where it cannot be read.
 */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT' || errnoOf(fault) === 'ESRCH') return undefined
    throw new CniError(CODE.ioFailure, `${path}: cannot be read: ${errnoInWords(fault)}`, { cause: fault })
  }
}

import { readFileSync, writeSync } from 'node:fs'
import { CniError, CODE } from '../cni/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'

/**
 * Everything on standard input; nothing where it is closed.
 * @throws CniError 5 where it cannot be read.
 */
export function readStdin(): string {
  try {
    return readFileSync(0, 'utf8')
  } catch (fault) {
    if (errnoOf(fault) === 'EBADF' || errnoOf(fault) === 'EOF') return ''
    throw new CniError(CODE.ioFailure, `standard input cannot be read: ${errnoInWords(fault)}`, { cause: fault })
  }
}

/**
 * Writes all of a text to standard output before it returns: a stream would lose what is over 64 KiB at exit. A
 * reader that has gone away is no failure of ours.
 */
export function writeStdout(text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at)
    } catch (fault) {
      if (errnoOf(fault) === 'EPIPE') return
      if (errnoOf(fault) !== 'EAGAIN') throw fault
    }
  }
}

/** Ends the process at once, with nothing left to run: what had to be written is written. */
export function exitNow(status: number): void {
  process.reallyExit(status)
}

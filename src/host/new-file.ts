import { closeSync, openSync, writeSync } from 'node:fs'
import { CniError, CODE } from '../cni/index.ts'
import { errnoInWords } from './errno.ts'

/**
 * Writes a text to a file of mode 0600 that is not there yet. Nothing is written over and no link is followed, so that
 * who may name the path, but not write there, gains nothing.
 * @throws CniError 5 that names the path.
 */
export function writeNewFile(path: string, text: string): void {
  try {
    const fd = openSync(path, 'wx', 0o600)
    try {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    } finally {
      closeSync(fd)
    }
  } catch (fault) {
    throw new CniError(CODE.ioFailure, `${path}: cannot be written as a new file: ${errnoInWords(fault)}`, {
      cause: fault,
    })
  }
}

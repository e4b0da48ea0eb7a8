import { readdirSync, readFileSync } from 'node:fs'
import { CniError, CODE, type ConfigFiles } from '../cni/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'

/** The configuration files of this machine. */
export const hostFiles: ConfigFiles = { list, read }

// libcni ConfFiles: a link to a folder is not a folder here; reading it fails, and says so.
function list(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
  } catch (fault) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(fault) ?? '')) return undefined
    throw new CniError(CODE.ioFailure, `${folder}: cannot be listed: ${errnoInWords(fault)}`, { cause: fault })
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (fault) {
    throw new CniError(CODE.ioFailure, `${path}: cannot be read: ${errnoInWords(fault)}`, { cause: fault })
  }
}

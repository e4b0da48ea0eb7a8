import { type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { CniError, CODE } from '../cni/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'

const BY_GROUP = 0o020
const BY_OTHERS = 0o002

/**
 * Refuses folders in which somebody else may write: what is read there says which programs are run as this user. A
 * folder that is not there yet is nobody's; one in a folder of this user's was put there by this user.
 * @throws CniError 5 that says whose the folder is, and what to do.
 */
export function requireOwnFolders(...folders: readonly string[]): void {
  for (const folder of folders) {
    const why = strangerAt(folder)
    if (why === undefined) continue
    throw new CniError(CODE.ioFailure, `${folder}: ${why}; make it a folder that this user alone may write in`)
  }
}

/** Why a socket, or the folder it is in, may be another user's, in words; undefined where it is this user's, or away. */
export function strangerAtSocket(path: string): string | undefined {
  return strangerAt(dirname(path)) ?? strangerAt(path)
}

function strangerAt(path: string): string | undefined {
  const there = statOf(path)
  if (!there) return undefined
  if (there.uid !== process.geteuid?.()) return `belongs to user ${there.uid}`
  return there.isDirectory() && othersWriteIn(there) ? 'others may write in it' : undefined
}

function othersWriteIn({ mode, gid }: Stats): boolean {
  return (mode & BY_OTHERS) !== 0 || ((mode & BY_GROUP) !== 0 && gid !== process.getegid?.())
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (fault) {
    if (errnoOf(fault) === 'ENOTDIR') return undefined
    throw new CniError(CODE.ioFailure, `${path}: cannot be looked at: ${errnoInWords(fault)}`, { cause: fault })
  }
}

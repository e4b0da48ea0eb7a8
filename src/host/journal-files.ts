import {
  closeSync,
  fdatasync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { CniError, CODE } from '../cni/index.ts'
import type { JournalStore } from '../engine/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'

const ENDING = '.json'

/**
 * The journal as files `<folder>/<containerId>.json`, mode 0600, each replaced by a rename. Every failure but that of
 * a missing file is CniError 5 with the path.
 */
export function journalFiles(folder: string): JournalStore {
  const pathOf = (containerId: string): string => `${folder}/${containerId}${ENDING}`
  return {
    read: (containerId) => readText(pathOf(containerId)),
    write: (containerId, text) => replace(folder, pathOf(containerId), text),
    flush: (containerId) => flush(folder, pathOf(containerId)),
    remove: (containerId) => attempt('remove', pathOf(containerId), () => rmSync(pathOf(containerId), { force: true })),
    setAside: (containerId) => setAside(pathOf(containerId)),
    list: () => containers(folder),
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return undefined
    throw failure('read', path, fault)
  }
}

function replace(folder: string, path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  attempt('write', path, () => {
    try {
      writeWhole(folder, temporary, text)
      renameSync(temporary, path)
    } catch (fault) {
      rmSync(temporary, { force: true })
      throw fault
    }
  })
}

function writeWhole(folder: string, path: string, text: string): void {
  const fd = openIn(folder, path)
  try {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
  } finally {
    closeSync(fd)
  }
}

// The folder is there on every call but a node's first.
function openIn(folder: string, path: string): number {
  try {
    return openSync(path, 'w', 0o600)
  } catch (fault) {
    if (errnoOf(fault) !== 'ENOENT') throw fault
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return openSync(path, 'w', 0o600)
  }
}

// The folder's own entry for the file has to survive as well.
async function flush(folder: string, path: string): Promise<void> {
  for (const one of [path, folder]) {
    const fd = attempt('open', one, () => openSync(one, 'r'))
    try {
      await promisify(fdatasync)(fd)
    } catch (fault) {
      throw failure('write to disk', one, fault)
    } finally {
      closeSync(fd)
    }
  }
}

function setAside(path: string): string {
  const aside = `${path}.corrupt-${Date.now()}`
  attempt('set aside', path, () => renameSync(path, aside))
  return aside
}

function containers(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(ENDING))
    return names.map((name) => name.slice(0, -ENDING.length)).sort()
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return []
    throw failure('list', folder, fault)
  }
}

function attempt<T>(what: string, path: string, step: () => T): T {
  try {
    return step()
  } catch (fault) {
    throw failure(what, path, fault)
  }
}

function failure(what: string, path: string, fault: unknown): CniError {
  return new CniError(CODE.ioFailure, `journal: cannot ${what} ${path}: ${errnoInWords(fault)}`, { cause: fault })
}

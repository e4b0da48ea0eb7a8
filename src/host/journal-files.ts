import {
  closeSync,
  existsSync,
  fdatasync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { CniError, CODE } from '../cni/index.ts'
import type { JournalStore } from '../engine/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'

const ENDING = '.json'
// One for each container, since only who holds its lock writes: what a killed writer left is in the next one's way.
const TEMPORARY = '.tmp'
const ASIDE = '.corrupt-'

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
    remove: (containerId) => removeBoth(pathOf(containerId)),
    setAside: (containerId) => setAside(pathOf(containerId)),
    list: () => filesIn(folder, (name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length)),
    listAside: () => asideIn(folder),
    sweep: () => sweep(folder),
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
  const temporary = `${path}${TEMPORARY}`
  attempt('write', path, () => {
    try {
      writeWhole(folder, temporary, text)
      renameSync(temporary, path)
    } catch (fault) {
      removeFile(temporary)
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

// The folder is there on every call but a node's first, and no file of this name but where a writer was killed. The
// file is made anew: one that is there may be a link to another.
function openIn(folder: string, path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (fault) {
    if (errnoOf(fault) === 'EEXIST') removeFile(path)
    else if (errnoOf(fault) === 'ENOENT') mkdirSync(folder, { recursive: true, mode: 0o700 })
    else throw fault
    return openSync(path, 'wx', 0o600)
  }
}

// The folder's own entry for the file has to survive as well.
async function flush(folder: string, path: string): Promise<void> {
  for (const one of [path, folder]) {
    const fd = attempt('open', one, () => openSync(one, 'r'))
    try {
      await onDisk(fd)
    } catch (fault) {
      throw failure('write to disk', one, fault)
    } finally {
      closeSync(fd)
    }
  }
}

// `promisify` would be all that a call loads `node:util` for, which takes it a millisecond.
function onDisk(fd: number): Promise<void> {
  return new Promise((resolve, reject) => fdatasync(fd, (fault) => (fault ? reject(fault) : resolve())))
}

// The temporary file first: as long as there is the other, a DEL will come that removes both.
function removeBoth(path: string): void {
  for (const one of [`${path}${TEMPORARY}`, path]) removeFile(one)
}

function sweep(folder: string): void {
  for (const name of filesIn(folder, (name) => name.endsWith(`${ENDING}${TEMPORARY}`))) removeFile(`${folder}/${name}`)
}

// A disk that is mounted read-only refuses to remove even what is not there.
function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (fault) {
    if (errnoOf(fault) !== 'ENOENT' && existsSync(path)) throw failure('remove', path, fault)
  }
}

function setAside(path: string): string {
  const aside = `${path}${ASIDE}${Date.now()}`
  attempt('set aside', path, () => renameSync(path, aside))
  return aside
}

function asideIn(folder: string): readonly string[] {
  const timeOf = (name: string): number => Number(name.slice(name.lastIndexOf(ASIDE) + ASIDE.length))
  const names = filesIn(folder, (name) => name.includes(`${ENDING}${ASIDE}`))
  return names.toSorted((one, other) => timeOf(one) - timeOf(other)).map((name) => `${folder}/${name}`)
}

function filesIn(folder: string, isWanted: (name: string) => boolean): readonly string[] {
  try {
    return readdirSync(folder).filter(isWanted).sort()
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

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { CniError, CODE } from '../cni/index.ts'
import type { MultusFiles, TextFiles } from '../engine/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'

// What Multus writes of a pod is some kilobytes; a configuration of 4 MiB is refused elsewhere.
const MAX_BYTES = 16 * 1024 * 1024
// A pipe in a file's place would be waited for.
const READING = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Multus' files below a `cniDir`; what is set aside goes where Multus does not look, into `<cniDir>/plexus/multus`. */
export function multusFiles(cniDir: string): MultusFiles {
  const aside = `${cniDir}/plexus/multus`
  return { scratch: textFiles(cniDir, aside), results: textFiles(`${cniDir}/results`, aside) }
}

function textFiles(folder: string, aside: string): TextFiles {
  const pathOf = (name: string): string => `${folder}/${name}`
  return {
    read: (name) => readText(pathOf(name)),
    write: (name, text) => replace(folder, pathOf(name), pathOf(temporaryName(name)), text),
    remove: (name) => {
      for (const one of [temporaryName(name), name]) remove(pathOf(one))
    },
    setAside: (name) => setAside(pathOf(name), aside, name),
    list: () => list(folder),
  }
}

// No container and no network has a name that begins so. A write that was cut off leaves it; a removal finds it.
function temporaryName(name: string): string {
  return `.${name}.tmp`
}

function readText(path: string): string | undefined {
  return attempt('read', path, () => {
    const fd = opened(path)
    if (fd === undefined) return undefined
    try {
      const stat = fstatSync(fd)
      if (stat.isDirectory()) return undefined
      if (!stat.isFile()) throw refusal(path, 'is no plain file')
      if (stat.size > MAX_BYTES) throw refusal(path, `is ${stat.size} bytes long; at most ${MAX_BYTES} are read`)
      return readFileSync(fd, 'utf8')
    } finally {
      closeSync(fd)
    }
  })
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, READING)
  } catch (fault) {
    switch (errnoOf(fault)) {
      case 'ENOENT':
      // No file has such a name.
      case 'ENAMETOOLONG':
        return undefined
      case 'ELOOP':
        throw refusal(path, 'is a link, which is not followed')
      default:
        throw fault
    }
  }
}

// Without a wait for the disk: the journal is what has to survive.
function replace(folder: string, path: string, temporary: string, text: string): void {
  attempt('written', path, () => {
    try {
      writeIn(folder, temporary, text)
      renameSync(temporary, path)
    } catch (fault) {
      rmSync(temporary, { force: true })
      throw fault
    }
  })
}

function writeIn(folder: string, path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 })
  } catch (fault) {
    if (errnoOf(fault) !== 'ENOENT') throw fault
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(path, text, { mode: 0o600 })
  }
}

// A container may have the name of a folder that is there for another reason.
function remove(path: string): void {
  attempt('removed', path, () => {
    const entry = lstatSync(path, { throwIfNoEntry: false })
    if (entry && !entry.isDirectory()) unlinkSync(path)
  })
}

function setAside(path: string, folder: string, name: string): string {
  const aside = `${folder}/${name}.corrupt-${Date.now()}`
  attempt('set aside', path, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    renameSync(path, aside)
  })
  return aside
}

function list(folder: string): readonly string[] {
  return attempt('listed', folder, () => {
    try {
      const entries = readdirSync(folder, { withFileTypes: true })
      return entries
        .filter((entry) => !entry.isDirectory())
        .map(({ name }) => name)
        .sort()
    } catch (fault) {
      if (['ENOENT', 'ENOTDIR'].includes(errnoOf(fault) ?? '')) return []
      throw fault
    }
  })
}

function refusal(path: string, why: string): CniError {
  return new CniError(CODE.ioFailure, `${path}: ${why}`)
}

function attempt<T>(what: string, path: string, step: () => T): T {
  try {
    return step()
  } catch (fault) {
    if (fault instanceof CniError) throw fault
    throw new CniError(CODE.ioFailure, `${path}: cannot be ${what}: ${errnoInWords(fault)}`, { cause: fault })
  }
}

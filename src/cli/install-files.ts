import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'
import { CniError, CODE } from '../cni/index.ts'

/** Whether a file had to be written, or was there as it should be. */
export type Placed = 'written' | 'unchanged'

const CHUNK_BYTES = 1024 * 1024

/**
 * Makes a file hold a text, mode 0600, in one step that survives a power loss: a reader sees the old text or the new
 * one. A file that has it already is not touched.
 * @throws CniError 5 that names the file; what was there before is there still.
 */
export function placeText(path: string, text: string): Placed {
  return attempt('written', path, () => {
    if (readText(path) === text && modeOf(path) === 0o600) return 'unchanged'
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    replace(path, 0o600, (temporary) => writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' }))
    return 'written'
  })
}

/**
 * Makes a file a copy of an executable, mode 0755, in one step. By a rename, so that a process that still runs the old
 * one is in nobody's way (writing to its file would fail with ETXTBSY), and goes on running it.
 * @throws CniError 5 that names the file; what was there before is there still.
 */
export function placeExecutable(source: string, path: string): Placed {
  return attempt('written', path, () => {
    if (sameContent(source, path) && modeOf(path) === 0o755) return 'unchanged'
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    replace(path, 0o755, (temporary) => copyFileSync(source, temporary))
    return 'written'
  })
}

/** Whether two files exist and hold the same bytes. */
export function sameContent(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }))
  if (!a?.isFile() || !b?.isFile() || a.size !== b.size) return false
  return (a.dev === b.dev && a.ino === b.ino) || digest(one) === digest(other)
}

/**
 * A file's text; undefined where there is no such file.
 * @throws CniError 5 that names the file.
 */
export function textOf(path: string): string | undefined {
  return attempt('read', path, () => readText(path))
}

/**
 * Removes a file, and what an interrupted write of it left.
 * @returns whether it was there.
 * @throws CniError 5 that names the file.
 */
export function removeFile(path: string): boolean {
  return attempt('removed', path, () => {
    removeLeftovers(path)
    const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined
    rmSync(path, { force: true })
    return isThere
  })
}

function replace(path: string, mode: number, write: (temporary: string) => void): void {
  removeLeftovers(path)
  // No ending that a runtime takes for a configuration's.
  const temporary = `${dirname(path)}/${leftoverPrefix(path)}${randomBytes(6).toString('hex')}`
  try {
    write(temporary)
    chmodSync(temporary, mode)
    flush(temporary)
    renameSync(temporary, path)
    flush(dirname(path))
  } finally {
    rmSync(temporary, { force: true })
  }
}

// Of one that was killed in the middle. Where another is at work just now, its rename fails, and it says so.
function removeLeftovers(path: string): void {
  const prefix = leftoverPrefix(path)
  for (const name of entries(dirname(path))) if (name.startsWith(prefix)) rmSync(`${dirname(path)}/${name}`)
}

function leftoverPrefix(path: string): string {
  return `.${basename(path)}.new-`
}

function entries(folder: string): readonly string[] {
  return statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder)
}

function flush(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function readText(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : readFileSync(path, 'utf8')
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o7777
}

// Piece by piece: the executable is some 100 MiB, and the installer's memory is limited.
function digest(path: string): string {
  const hash = createHash('sha256')
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  const fd = openSync(path, 'r')
  try {
    for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) hash.update(chunk.subarray(0, read))
  } finally {
    closeSync(fd)
  }
  return hash.digest('hex')
}

function attempt<T>(what: string, path: string, step: () => T): T {
  try {
    return step()
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault)
    throw new CniError(CODE.ioFailure, `${path}: cannot be ${what}: ${why}`, { cause: fault })
  }
}

import { closeSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import type { NodeConfig } from '../attach/index.ts'

const MEGABYTE = 1024 * 1024
const DAY_MS = 24 * 60 * 60 * 1000
const USUAL_MEGABYTES = 100
const COMPRESSED = '.gz'
const UNFINISHED = '.tmp'
// What follows a log's name in the names of its backups, a killed process' unfinished ones included.
const BACKUP = /^-\d{4}-\d\d-\d\dT[-\d.]+Z-\d+(\.gz(\.tmp)?)?$/

/**
 * Makes room before a log is written to (`logOptions` as in Multus): a file over `maxSize` MB is renamed
 * `<path>-<time>-<pid>` and compressed, if wanted; such files that are older than `maxAge` days or more than
 * `maxBackups` are removed. 0 is no limit, of `maxSize` 100. What cannot be done is left for the next time.
 */
export function rotateLog(path: string, options: NodeConfig['logOptions']): void {
  if (sizeOf(path) > (options.maxSize || USUAL_MEGABYTES) * MEGABYTE) {
    // With the process id in it no name is given twice, whoever finds the file too large at the same time.
    const backup = `${path}-${new Date().toISOString().replaceAll(':', '-')}-${process.pid}`
    if (attempt(() => renameSync(path, backup)) && options.compress) compress(backup)
  }
  removeOld(path, options)
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function compress(path: string): void {
  const compressed = `${path}${COMPRESSED}`
  const unfinished = `${compressed}${UNFINISHED}`
  import('node:zlib')
    .then(({ gzipSync }) => {
      copyBy(path, unfinished, (bytes) => gzipSync(bytes, { level: 1 }))
      renameSync(unfinished, compressed)
      rmSync(path)
    })
    // It stays as it is, which takes more room.
    .catch(() => rmSync(unfinished, { force: true }))
}

// A file of several gzip members is a gzip file (RFC 1952, section 2.2): no more than one is in memory.
function copyBy(from: string, to: string, change: (bytes: Uint8Array) => Uint8Array): void {
  const [source, target] = [openSync(from, 'r'), openSync(to, 'wx', 0o600)]
  try {
    const bytes = Buffer.alloc(MEGABYTE)
    for (let length = readSync(source, bytes); length > 0; length = readSync(source, bytes))
      writeWhole(target, change(bytes.subarray(0, length)))
  } finally {
    closeSync(source)
    closeSync(target)
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

function removeOld(path: string, { maxAge, maxBackups }: NodeConfig['logOptions']): void {
  const oldest = maxAge === 0 ? 0 : Date.now() - maxAge * DAY_MS
  const kept = maxBackups === 0 ? Number.POSITIVE_INFINITY : maxBackups
  backupsOf(path).forEach(({ backup, modified }, index) => {
    if (index >= kept || modified < oldest) attempt(() => rmSync(backup, { force: true }))
  })
}

/** The files that were rotated away, the youngest first. */
function backupsOf(path: string): readonly { readonly backup: string; readonly modified: number }[] {
  const at = path.lastIndexOf('/')
  const [folder, name] = [path.slice(0, at), path.slice(at + 1)]
  const names = namesIn(folder).filter((other) => other.startsWith(name) && BACKUP.test(other.slice(name.length)))
  return names
    .map((other) => `${folder}/${other}`)
    .map((backup) => ({ backup, modified: statSync(backup, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.modified - a.modified)
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function attempt(step: () => void): boolean {
  try {
    step()
    return true
  } catch {
    return false
  }
}

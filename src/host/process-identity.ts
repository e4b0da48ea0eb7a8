import { CniError, CODE } from '../cni/index.ts'
import { processStat, readProc } from './proc.ts'

/** One process among all that ever ran on this node: `pid:start time:boot id`. */
export type ProcessIdentity = string

const IDENTITY = /^([1-9]\d*):(\d+):(\S+)$/

let own: ProcessIdentity | undefined
let boot: string | undefined

/**
 * The identity of this process.
 * @throws CniError 5 where /proc cannot be read.
 */
export function ownIdentity(): ProcessIdentity {
  own ??= `${process.pid}:${present(processStat(process.pid)).startTime}:${bootId()}`
  return own
}

/**
 * Whether a process still lives. Once it does not, it never will again. A text that is no identity is taken to live:
 * whose it is is not known.
 * @throws CniError 5 where /proc cannot be read.
 */
export function lives(identity: ProcessIdentity): boolean {
  const [, pid, startTime, bootOfIt] = IDENTITY.exec(identity) ?? []
  if (pid === undefined) return true
  if (bootOfIt !== bootId()) return false
  const stat = processStat(Number(pid))
  return stat !== undefined && !stat.ended && stat.startTime === startTime
}

/** The process id in an identity. */
export function pidOf(identity: ProcessIdentity): string {
  return IDENTITY.exec(identity)?.[1] ?? identity
}

/**
 * The kernel's boot id.
 * @throws CniError 5 where /proc cannot be read.
 */
export function bootId(): string {
  boot ??= present(readProc('/proc/sys/kernel/random/boot_id')).trim()
  return boot
}

function present<T>(read: T | undefined): T {
  if (read !== undefined) return read
  throw new CniError(CODE.ioFailure, '/proc: is not the proc file system of this process; mount it')
}

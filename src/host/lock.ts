import { mkdirSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs'
import { CniError, CODE } from '../cni/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'
import { patience } from './patience.ts'
import { lives, ownIdentity, type ProcessIdentity, pidOf } from './process-identity.ts'

/** A lock that is held. */
export type Lock = {
  /** The one before it died: what it had begun may be half done, and what it had started may still run. */
  readonly takenOver: boolean
  /** Gives the lock up. Called once. Never throws. */
  readonly release: () => void
}

/** Waits a while for the living holder of a lock, or throws. */
export type Wait = (path: string, holder: ProcessIdentity) => Promise<void>

/*
 * A lock is a symbolic link whose target is its holder's identity: one system call makes it, holder and all, and fails
 * where there is one. Neither Node nor Bun has flock(2). The contract:
 *
 * 1. A free lock is taken by symlink(2) alone. The lock of a living holder is removed by that holder alone.
 * 2. The lock of a dead holder is taken by rename(2) alone: whoever wants it takes the lock `<path>.dead`, by these
 *    same rules, looks again whether `path` still names that dead holder, and only then renames `<path>.dead`, which
 *    names itself, over `path`. That makes it the holder and gives `<path>.dead` up, in one step.
 *
 * So, as long as at most one process holds `<path>.dead`, at most one holds `path`: what the second look saw stays true
 * until the rename, because the dead do nothing, symlink(2) replaces nothing, and no other may rename. The same holds
 * for `<path>.dead` through `<path>.dead.dead`, and so on; there are as many of them as processes died between taking
 * one and renaming it, and the last of them is free and is taken by rule 1. To die between any two steps leaves a lock
 * of a dead holder and nothing else. Holders must see one another in /proc: one PID namespace.
 */

/**
 * Takes the lock at `path` for this process, its folder made where it is missing; of a holder that died it is taken
 * over. Within one process, too, only one call holds it.
 * @throws CniError 5 that names the path; what `wait` throws.
 */
export async function acquireLock(path: string, wait: Wait): Promise<Lock> {
  const takenOver = await take(path, ownIdentity(), wait)
  return { takenOver, release: () => giveUp(path) }
}

/**
 * Waits with ever longer pauses, for `waitMs` in all.
 * @throws CniError 11 that names the holder, when they have gone by.
 */
export function waitAtMost(waitMs: number): Wait {
  const pause = patience(waitMs)
  return async (path, holder) => {
    if (await pause()) return
    const who = `process ${pidOf(holder)}, which holds ${path}, is still at work after ${waitMs / 1000} s`
    throw new CniError(CODE.tryAgainLater, `${who}; try again when it has ended`)
  }
}

/**
 * Who holds the lock at `path`, living or dead; undefined where nobody does.
 * @throws CniError 5 that names the path.
 */
export function holderOf(path: string): ProcessIdentity | undefined {
  try {
    return readlinkSync(path)
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return undefined
    throw lockFault(path, fault)
  }
}

/** Whether it was a dead holder's. */
async function take(path: string, own: ProcessIdentity, wait: Wait): Promise<boolean> {
  while (!makeLink(path, own)) {
    const holder = holderOf(path)
    if (holder === undefined) continue
    if (lives(holder)) await wait(path, holder)
    else if (await succeed(path, holder, own, wait)) return true
  }
  return false
}

/** Whether the lock of the dead holder is this process's now. */
async function succeed(path: string, dead: ProcessIdentity, own: ProcessIdentity, wait: Wait): Promise<boolean> {
  const burial = `${path}.dead`
  await take(burial, own, wait)
  const stillThere = holderOf(path) === dead
  if (stillThere) attempt(path, () => renameSync(burial, path))
  else removeLink(burial)
  return stillThere
}

/** Whether there was no lock before. */
function makeLink(path: string, own: ProcessIdentity): boolean {
  try {
    symlinkSync(own, path)
    return true
  } catch (fault) {
    if (errnoOf(fault) === 'EEXIST') return false
    if (errnoOf(fault) !== 'ENOENT') throw lockFault(path, fault)
    attempt(path, () => mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true, mode: 0o700 }))
    return makeLink(path, own)
  }
}

// A call that has done its work does not fail for this: its process ends, and the lock of a dead holder is taken over.
function giveUp(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It stays.
  }
}

function removeLink(path: string): void {
  try {
    unlinkSync(path)
  } catch (fault) {
    if (errnoOf(fault) !== 'ENOENT') throw lockFault(path, fault)
  }
}

function attempt(path: string, act: () => void): void {
  try {
    act()
  } catch (fault) {
    throw lockFault(path, fault)
  }
}

function lockFault(path: string, fault: unknown): CniError {
  return new CniError(CODE.ioFailure, `${path}: cannot lock: ${errnoInWords(fault)}`, { cause: fault })
}

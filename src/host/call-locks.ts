import { readdirSync } from 'node:fs'
import { CniError, CODE } from '../cni/index.ts'
import type { Locks } from '../engine/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'
import { acquireLock, holderOf, type Lock, type Wait, waitAtMost } from './lock.ts'
import { endOrphans } from './orphans.ts'
import { lives } from './process-identity.ts'

/*
 * Two kinds of call exclude each other on a node: those for one container, each with its lock `<id>.lock`, and those
 * for the whole node (GC), with the lock `gc`. Either first takes its own lock and only then looks for the other's, so
 * of two that overlap at least the one that looked later sees the other. The container's then gives way and tries
 * again; the node's keeps its lock and waits, and since every container's gives way to it, it waits only for those that
 * were there before it.
 *
 * A call that was killed goes on as long as the delegate it ran, so whoever finds its lock ends that delegate first.
 */

const NODE_LOCK = 'gc'
const NO_CONTAINER = ''
const CONTAINER_ENDING = '.lock'
// Runtimes give a sandbox some minutes; to be told to come again is of more use to them than to run out of those.
const WAIT_MS = 60_000
// A delegate mostly ends by itself, and then can be deleted like any; one that hangs must not keep a pod from it.
const ORPHAN_GRACE_MS = 5_000
const UNWRITABLE: readonly string[] = ['EDQUOT', 'EIO', 'ENOSPC', 'EROFS']
// In the place of a lock that cannot be made; a dead holder's may still be there.
const UNLOCKED: Lock = { takenOver: true, release: () => {} }

/** The locks of this node's calls, kept in `folder`; a call waits a minute for those before it. */
export function hostLocks(folder: string): Locks {
  return {
    container: (containerId, work, unlocked) => withContainerLock(folder, containerId, WAIT_MS, work, unlocked),
    node: (work) => withNodeLock(folder, WAIT_MS, work),
  }
}

/**
 * Runs `work` while no other call for the container, and none for the whole node, runs on this node, in any process,
 * nor any delegate of one that was killed. `folder` holds the locks of all of them, and is made where it is missing.
 * Where `unlocked` is given and nothing can be written, it is told why, and `work` runs without a lock of its own: no
 * other call can make one either, and those that hold one have ended first.
 * @throws CniError 11 that names the process waited for, after `waitMs`; CniError 5; whatever `work` throws.
 */
export async function withContainerLock<T>(
  folder: string,
  containerId: string,
  waitMs: number,
  work: () => Promise<T>,
  unlocked?: (fault: CniError) => void,
): Promise<T> {
  const wait = waitAtMost(waitMs)
  for (;;) {
    const lock = await acquireCallLock(containerLock(folder, containerId), containerId, wait, unlocked)
    const collector = holderOf(nodeLock(folder))
    if (collector === undefined || (lock === UNLOCKED && !lives(collector))) return holding(lock, work)
    lock.release()
    if (lives(collector)) await wait(nodeLock(folder), collector)
    else (await acquireCallLock(nodeLock(folder), NO_CONTAINER, wait)).release()
  }
}

/**
 * Runs `work` while no call for any container, and no other for the whole node, runs on this node, in any process, nor
 * any delegate of one that was killed.
 * @throws CniError 11 that names the process waited for, after `waitMs`; CniError 5; whatever `work` throws.
 */
export async function withNodeLock<T>(folder: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const wait = waitAtMost(waitMs)
  const lock = await acquireCallLock(nodeLock(folder), NO_CONTAINER, wait)
  return holding(lock, async () => {
    for (const containerId of lockedContainers(folder)) await callsEnded(folder, containerId, wait)
    return work()
  })
}

function containerLock(folder: string, containerId: string): string {
  return `${folder}/${containerId}${CONTAINER_ENDING}`
}

function nodeLock(folder: string): string {
  return `${folder}/${NODE_LOCK}`
}

async function acquireCallLock(
  path: string,
  containerId: string,
  wait: Wait,
  unlocked?: (fault: CniError) => void,
): Promise<Lock> {
  const lock = await acquireOrGoWithout(path, wait, unlocked)
  if (lock.takenOver) await endOrphans(containerId, ORPHAN_GRACE_MS)
  return lock
}

async function acquireOrGoWithout(path: string, wait: Wait, unlocked?: (fault: CniError) => void): Promise<Lock> {
  try {
    return await acquireLock(path, wait)
  } catch (fault) {
    if (!unlocked || !(fault instanceof CniError) || !UNWRITABLE.includes(errnoOf(fault.cause) ?? '')) throw fault
    unlocked(fault)
    return UNLOCKED
  }
}

async function holding<T>(lock: Lock, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    lock.release()
  }
}

function lockedContainers(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(CONTAINER_ENDING))
    return names.map((name) => name.slice(0, -CONTAINER_ENDING.length))
  } catch (fault) {
    throw new CniError(CODE.ioFailure, `${folder}: cannot be listed: ${errnoInWords(fault)}`, { cause: fault })
  }
}

async function callsEnded(folder: string, containerId: string, wait: Wait): Promise<void> {
  const path = containerLock(folder, containerId)
  for (let holder = holderOf(path); holder !== undefined; holder = holderOf(path)) {
    if (lives(holder)) await wait(path, holder)
    else (await acquireCallLock(path, containerId, wait)).release()
  }
}

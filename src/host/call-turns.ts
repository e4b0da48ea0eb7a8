import { CniError, CODE, isCniError } from '../cni/index.ts'
import type { Turns } from '../engine/index.ts'
import { acquireLock, type Lock } from './lock.ts'
import { patience } from './patience.ts'

/** Turns among all Plexus processes of a node, without anybody who gives them. */
export type CallTurns = Turns & {
  /** Gives the turn back, where there is one. */
  readonly giveBack: () => void
}

// Delegates are short and wait for the kernel, mostly: more than the processors can run, and not much more.
const LEAST_AT_ONCE = 4
const A_PROCESSOR = 2
// As long as the agent lets a call wait.
const WAIT_MS = 60_000
// Many wait where anybody does, so that a turn that is free is found at once all the same.
const LONGEST_PAUSE_MS = 160

/**
 * Turns as so many locks in `folder`, each a turn: whoever gets none of them looks again, with ever longer pauses. It
 * is one symbolic link more for a call that nobody competes with. A DEL goes on after a minute without a turn.
 */
export function callTurns(folder: string, atOnce = mostAtOnce()): CallTurns {
  let lock: Lock | undefined
  return {
    async take({ verb }) {
      try {
        lock = await turn(folder, atOnce)
      } catch (fault) {
        // Where no lock can be made, the call's own will say so; a DEL makes room all the same.
        const goesOn = isCniError(fault) && (fault.code === CODE.ioFailure || verb !== 'ADD')
        if (!goesOn) throw fault
      }
    },
    giveBack() {
      lock?.release()
      lock = undefined
    },
  }
}

function mostAtOnce(): number {
  // Node.js 20 does not say it without a module that takes half a millisecond to load.
  const processors = globalThis.navigator?.hardwareConcurrency ?? 1
  return Math.max(LEAST_AT_ONCE, A_PROCESSOR * processors)
}

async function turn(folder: string, atOnce: number): Promise<Lock> {
  const pause = patience(WAIT_MS, LONGEST_PAUSE_MS)
  do {
    const lock = await anyOf(folder, atOnce)
    if (lock) return lock
  } while (await pause())
  const fault = `no turn for this call within ${WAIT_MS / 1000} s: ${atOnce} others run`
  throw new CniError(CODE.tryAgainLater, `${fault}; raise maxConcurrent if the node can bear it`)
}

async function anyOf(folder: string, atOnce: number): Promise<Lock | undefined> {
  for (let place = 0; place < atOnce; place += 1) {
    const lock = await free(`${folder}/${place}`)
    if (lock) return lock
  }
  return undefined
}

const TAKEN = new Error('taken')

async function free(path: string): Promise<Lock | undefined> {
  try {
    return await acquireLock(path, () => Promise.reject(TAKEN))
  } catch (fault) {
    if (fault === TAKEN) return undefined
    throw fault
  }
}

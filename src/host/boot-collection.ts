import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { CniError, CODE } from '../cni/index.ts'
import type { BootCollection } from '../engine/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'
import { hostProcesses } from './exec.ts'
import { acquireLock, holderOf } from './lock.ts'
import { bootId, lives } from './process-identity.ts'

/** The call that may start a collection: its environment and what it got on stdin. */
export type CollectingCall = { readonly env: Readonly<Record<string, string>>; readonly stdin: string }

/** Set for the process that collects. */
export const COLLECTING = 'PLEXUS_COLLECT'

// A folder is made whole by one system call, and one more tells whether it is there. It is named for the boot.
const MARKER = 'boot-'

/**
 * The collection of what earlier boots left, its marker and its lock kept below the journal's `folder`. The process it
 * starts is this executable again, with the same call, in a session of its own.
 */
export function bootCollection(folder: string, { env, stdin }: CollectingCall): BootCollection {
  const marker = (): string => `${folder}/${MARKER}${bootId()}`
  const lock = `${folder}/locks/boot`
  return {
    isSettled: () => existsSync(marker()) || isHeld(lock),
    settle: () => settle(folder, marker()),
    async start() {
      const [path, ...args] = ownCommand()
      await hostProcesses().start({ path, args, env: { ...env, [COLLECTING]: bootId() }, stdin })
    },
    async alone(work) {
      const held = await acquireLock(lock, refuse)
      try {
        await work()
      } finally {
        held.release()
      }
    },
  }
}

function isHeld(lock: string): boolean {
  const holder = holderOf(lock)
  return holder !== undefined && lives(holder)
}

function settle(folder: string, marker: string): void {
  try {
    mkdirSync(marker, { mode: 0o700 })
    for (const name of readdirSync(folder))
      if (name.startsWith(MARKER) && `${folder}/${name}` !== marker) rmdirSync(`${folder}/${name}`)
  } catch (fault) {
    // Another call was quicker, or nothing has ever been attached on this node.
    if (errnoOf(fault) === 'EEXIST' || errnoOf(fault) === 'ENOENT') return
    throw new CniError(CODE.ioFailure, `${marker}: cannot be made: ${errnoInWords(fault)}`, { cause: fault })
  }
}

function ownCommand(): readonly [string, ...string[]] {
  return process.versions['bun'] === undefined ? [process.execPath, process.argv[1] ?? ''] : [process.execPath]
}

async function refuse(path: string): Promise<void> {
  throw new CniError(CODE.tryAgainLater, `${path}: another process collects already`)
}

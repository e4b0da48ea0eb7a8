import { existsSync, statSync } from 'node:fs'
import type { Machine } from '../engine/index.ts'
import { endOrphans } from './orphans.ts'
import { bootId } from './process-identity.ts'

// A delegate that lost its parent mostly ends by itself; one that hangs must not keep a pod from being deleted.
const ORPHAN_GRACE_MS = 5_000

/** This machine. */
export function hostMachine(): Machine {
  return {
    bootId,
    now: () => new Date(),
    exists: existsSync,
    isSelf,
    delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    endOrphans: async (containerId) => {
      await endOrphans(containerId, ORPHAN_GRACE_MS)
    },
  }
}

// By device and inode, so that links and other names of the executable are found as well.
function isSelf(path: string): boolean {
  const [self, other] = [process.execPath, path].map((one) => statSync(one, { throwIfNoEntry: false }))
  return self !== undefined && other !== undefined && self.dev === other.dev && self.ino === other.ino
}

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

// lock-stealer.ts LOCK STEP [hold]: takes a lock, and dies after its STEPth change of the file system, or, with STEP 0,
// prints `held` and ends, having released it unless `hold` is given.
const [path = '', step = '0', hold] = process.argv.slice(2)
let left = Number(step)

for (const name of ['symlinkSync', 'renameSync', 'unlinkSync', 'readlinkSync'] as const) {
  const real = fs[name] as (...args: unknown[]) => unknown
  const counting = (...args: unknown[]): unknown => {
    try {
      return real(...args)
    } finally {
      left -= 1
      if (left === 0) process.kill(process.pid, 'SIGKILL')
    }
  }
  Object.assign(fs, { [name]: counting })
}
syncBuiltinESMExports()

void take()

async function take(): Promise<void> {
  const { acquireLock, waitAtMost } = await import('../../src/host/lock.ts')
  const lock = await acquireLock(path, waitAtMost(20_000))
  process.stdout.write(lock.takenOver ? 'taken over' : 'held')
  if (hold === undefined) lock.release()
}

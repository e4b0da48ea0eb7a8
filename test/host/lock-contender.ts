import { readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { acquireLock, waitAtMost } from '../../src/host/lock.ts'
import { livesAs } from './processes.ts'

// lock-contender.ts LOCK WITNESS ROUNDS: takes a lock again and again, and prints a letter each time it holds it: `h`,
// or `V` where another living process holds it too. Now and then it dies while it holds it.
const [lock = '', witness = '', rounds = ''] = process.argv.slice(2)

for (let round = 0; round < Number(rounds); round++) {
  const { release } = await acquireLock(lock, waitAtMost(60_000))
  process.stdout.write(enter() ? 'h' : 'V')
  await Bun.sleep(Math.random() * 2)
  if (Math.random() < 0.05) process.kill(process.pid, 'SIGKILL')
  unlinkSync(witness)
  release()
}

// Whoever died inside left its witness there.
function enter(): boolean {
  for (;;) {
    try {
      symlinkSync(String(process.pid), witness)
      return true
    } catch {
      if (livesAs(Number(readlinkSync(witness))) !== undefined) return false
      unlinkSync(witness)
    }
  }
}

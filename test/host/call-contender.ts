import { symlinkSync, unlinkSync } from 'node:fs'
import { withContainerLock, withNodeLock } from '../../src/host/call-locks.ts'
import { livesAs } from './processes.ts'
import { liveWitnesses } from './witnesses.ts'

// call-contender.ts LOCKS WITNESSES CONTAINER ROUNDS: makes calls for a container, or for the whole node where it is
// '*', and prints a letter each: `c` or `n`, or `V` where a call runs that it excludes. Now and then it dies in one.
const [locks = '', witnesses = '', container = '', rounds = ''] = process.argv.slice(2)
const ofNode = container === '*'

for (let round = 0; round < Number(rounds); round++) {
  if (ofNode) await withNodeLock(locks, 60_000, call)
  else await withContainerLock(locks, container, 60_000, call)
  await Bun.sleep(Math.random() * 10)
}

async function call(): Promise<void> {
  const own = `${witnesses}/${process.pid}`
  symlinkSync(ofNode ? 'node' : container, own)
  const others = liveWitnesses(witnesses, livesAs).filter(({ pid }) => pid !== process.pid)
  const excluded = others.filter((other) => ofNode || other.of === 'node' || other.of === container)
  process.stdout.write(excluded.length > 0 ? 'V' : ofNode ? 'n' : 'c')
  await Bun.sleep(Math.random() * 3)
  if (Math.random() < 0.03) process.kill(process.pid, 'SIGKILL')
  unlinkSync(own)
}

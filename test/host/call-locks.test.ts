import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, unlinkSync } from 'node:fs'
import { CniError } from '../../src/cni/index.ts'
import { withContainerLock, withNodeLock } from '../../src/host/call-locks.ts'
import { ownIdentity } from '../../src/host/process-identity.ts'
import { assert, test } from '../harness.ts'
import { livesAs } from './processes.ts'
import { startScript } from './scripts.ts'
import { inTemporaryFolder } from './temporary.ts'

const DEAD = ownIdentity().replace(/^(\d+):\d+/, '$1:1')

test('B3a: calls for different containers run at the same time, and leave nothing', () =>
  inTemporaryFolder(async (locks) => {
    const ran = await withContainerLock(locks, 'one', 0, () => withContainerLock(locks, 'two', 0, async () => 'both'))
    assert.is(ran, 'both')
    assert.equal(readdirSync(locks), [])
  }))

test('B3a: a lock is given up by a call that fails', () =>
  inTemporaryFolder(async (locks) => {
    const failing = async (): Promise<never> => {
      throw new Error('failed')
    }
    assert.is((await faultOf(withContainerLock(locks, 'one', 0, failing))).message, 'failed')
    assert.is((await faultOf(withNodeLock(locks, 0, failing))).message, 'failed')
    assert.equal(readdirSync(locks), [])
  }))

test('B3a: what has to wait for too long is told to try again, and by whom it is kept', () =>
  inTemporaryFolder(async (locks) => {
    const nothing = async (): Promise<void> => {}
    await withContainerLock(locks, 'one', 0, async () => {
      for (const call of [() => withContainerLock(locks, 'one', 20, nothing), () => withNodeLock(locks, 20, nothing)]) {
        const fault = await faultOf(call())
        assert.is(fault instanceof CniError && fault.code, 11)
        assert.match(fault.message, `process ${process.pid}, which holds ${locks}/one.lock`)
      }
    })
    await withNodeLock(locks, 0, async () => {
      const fault = await faultOf(withContainerLock(locks, 'one', 20, nothing))
      assert.is(fault instanceof CniError && fault.code, 11)
      assert.match(fault.message, `process ${process.pid}, which holds ${locks}/gc`)
    })
    assert.equal(readdirSync(locks), [])
  }))

test('B3a, A6: where no lock can be made any more, a call that may go without one still waits for those that hold one', () =>
  inTemporaryFolder(async (locks) => {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', locks])
    const told: string[] = []
    const unlocked = ({ msg }: CniError): number => told.push(msg)
    const without = (id: string) => withContainerLock(locks, id, 20, async () => id, unlocked)
    try {
      await withContainerLock(locks, 'one', 0, async () => {
        symlinkSync(ownIdentity(), `${locks}/gc`)
        execFileSync('mount', ['-o', 'remount,ro', locks])
        for (const id of ['one', 'two']) assert.is(((await faultOf(without(id))) as CniError).code, 11)
        execFileSync('mount', ['-o', 'remount,rw', locks])
        unlinkSync(`${locks}/gc`)
        symlinkSync(DEAD, `${locks}/gc`)
        execFileSync('mount', ['-o', 'remount,ro', locks])
        assert.is(await without('two'), 'two')
      })
      assert.match(told.at(-1) ?? '', `${locks}/two.lock: cannot lock: read-only file system`)
      assert.is((await faultOf(withContainerLock(locks, 'two', 20, async () => 'two'))) instanceof CniError, true)
    } finally {
      execFileSync('umount', [locks])
    }
  }))

test("B3a: the locks that killed calls left are in nobody's way", () =>
  inTemporaryFolder(async (locks) => {
    const leave = (): void => {
      for (const name of ['one.lock', 'two.lock', 'gc']) symlinkSync(DEAD, `${locks}/${name}`)
    }
    leave()
    await withContainerLock(locks, 'one', 0, async () => {
      assert.equal(readdirSync(locks).sort(), ['one.lock', 'two.lock'])
    })
    for (const name of ['one.lock', 'gc']) symlinkSync(DEAD, `${locks}/${name}`)
    await withNodeLock(locks, 0, async () => assert.equal(readdirSync(locks), ['gc']))
    assert.equal(readdirSync(locks), [])
  }))

test('F3: a call for a container begins when the delegate that a killed one left behind has ended', () =>
  inTemporaryFolder(async (root) => {
    const [locks, ended] = [`${root}/locks`, `${root}/ended`]
    const { process: plexus } = startScript('bun', 'killed-plexus.ts', locks, 'one', 'work-on', root)
    await exists(`${root}/begun`)
    plexus.kill('SIGKILL')
    await withContainerLock(locks, 'two', 0, async () => assert.is(existsSync(ended), false))
    await withContainerLock(locks, 'one', 5_000, async () => assert.is(existsSync(ended), true))
  }))

test('F3: a call for the whole node begins when the delegate that a killed one left behind has ended', () =>
  inTemporaryFolder(async (root) => {
    const [locks, ended] = [`${root}/locks`, `${root}/ended`]
    const { process: plexus } = startScript('bun', 'killed-plexus.ts', locks, 'one', 'work-on', root)
    await exists(`${root}/begun`)
    plexus.kill('SIGKILL')
    await withNodeLock(locks, 5_000, async () => assert.is(existsSync(ended), true))
  }))

test('F3: a delegate left behind that hangs is killed with what it started', () =>
  inTemporaryFolder(async (root) => {
    const { process: plexus } = startScript('bun', 'killed-plexus.ts', `${root}/locks`, 'one', 'hang', root)
    await exists(`${root}/pids`)
    plexus.kill('SIGKILL')
    await withContainerLock(`${root}/locks`, 'one', 5_000, async () => {
      const pids = readFileSync(`${root}/pids`, 'utf8').trim().split(' ').map(Number)
      assert.equal(pids.map(livesAs), [undefined, undefined])
    })
  }))

test(
  'B3a: calls for containers and for the node that die now and then never run beside one that they exclude',
  () =>
    inTemporaryFolder(async (root) => {
      const [locks, witnesses] = [`${root}/locks`, `${root}/witnesses`]
      mkdirSync(witnesses)
      let made = ''
      const contend = async (container: string): Promise<void> => {
        while (made.length < 400) {
          const calls = await startScript('bun', 'call-contender.ts', locks, witnesses, container, '10').ended
          made += calls
        }
      }
      await Promise.all(['*', '*', 'one', 'one', 'one', 'two', 'two', 'three', 'four', 'five'].map(contend))
      assert.match(made, /^[cn]+$/)
      assert.ok(
        ['c', 'n'].every((kind) => made.includes(kind)),
        made,
      )
    }),
  { timeoutMs: 120_000 },
)

async function exists(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10))
}

async function faultOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (fault) {
    if (fault instanceof Error) return fault
  }
  throw new Error('nothing was thrown')
}

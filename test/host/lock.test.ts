import { existsSync, readdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { CniError } from '../../src/cni/index.ts'
import { acquireLock, waitAtMost } from '../../src/host/lock.ts'
import { ownIdentity } from '../../src/host/process-identity.ts'
import { assert, test } from '../harness.ts'
import { startScript } from './scripts.ts'
import { inTemporaryFolder } from './temporary.ts'

// Process ids are given from 1 on: this one was never started at the first tick of this boot.
const DEAD = ownIdentity().replace(/^(\d+):\d+/, '$1:1')

test('B3a: a lock is a link to its holder, in a folder that is made for root alone, and is gone when released', () =>
  inTemporaryFolder(async (root) => {
    const path = `${root}/locks/pod.lock`
    const lock = await acquireLock(path, waitAtMost(0))
    assert.is(readlinkSync(path), ownIdentity())
    assert.is(lock.takenOver, false)
    assert.is(statSync(`${root}/locks`).mode & 0o777, 0o700)
    lock.release()
    assert.equal(readdirSync(`${root}/locks`), [])
  }))

test('B3a: two calls of one process exclude each other as those of two do', () =>
  inTemporaryFolder(async (root) => {
    const path = `${root}/pod.lock`
    const order: string[] = []
    const first = await acquireLock(path, waitAtMost(0))
    const second = acquireLock(path, waitAtMost(10_000)).then(({ release }) => {
      order.push('second')
      release()
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    order.push('first released')
    first.release()
    await second
    assert.equal(order, ['first released', 'second'])
  }))

test('B3a: a lock that is not free in time is error 11 and names its holder', () =>
  inTemporaryFolder(async (root) => {
    const path = `${root}/pod.lock`
    const { release } = await acquireLock(path, waitAtMost(0))
    const fault = await faultOf(acquireLock(path, waitAtMost(20)))
    assert.is(fault.code, 11)
    assert.is(
      fault.msg,
      `process ${process.pid}, which holds ${path}, is still at work after 0.02 s; try again when it has ended`,
    )
    release()
  }))

const deadHolders = {
  'whose process id was given again': DEAD,
  'whose process is gone': ownIdentity().replace(/^\d+/, '4194303'),
  'of before the node was started again': ownIdentity().replace(/[^:]+$/, '00000000-0000-0000-0000-000000000000'),
}
for (const [which, holder] of Object.entries(deadHolders))
  test(`B3a: the lock of a holder ${which} is taken over`, () =>
    inTemporaryFolder(async (root) => {
      const path = `${root}/pod.lock`
      symlinkSync(holder, path)
      const lock = await acquireLock(path, waitAtMost(0))
      assert.is(lock.takenOver, true)
      assert.is(readlinkSync(path), ownIdentity())
      assert.equal(readdirSync(root), ['pod.lock'])
      lock.release()
    }))

test('B3a: a lock whose holder cannot be made out is not taken over', () =>
  inTemporaryFolder(async (root) => {
    const path = `${root}/pod.lock`
    symlinkSync('somebody', path)
    const fault = await faultOf(acquireLock(path, waitAtMost(10)))
    assert.is(fault.code, 11)
    assert.match(fault.msg, 'process somebody')
  }))

test('B3a: what is in the place of a lock and none is error 5 and named', () =>
  inTemporaryFolder(async (root) => {
    writeFileSync(`${root}/pod.lock`, '')
    const fault = await faultOf(acquireLock(`${root}/pod.lock`, waitAtMost(10)))
    assert.is(fault.code, 5)
    assert.match(fault.msg, `${root}/pod.lock`)
  }))

test(
  "B3a: wherever one dies while it takes a dead holder's lock over, the next one gets it",
  () =>
    inTemporaryFolder(async (root) => {
      const steps = [1, 2, 3, 4, 5, 6]
      await Promise.all(
        steps.map(async (step) => {
          const path = `${root}/${step}.lock`
          symlinkSync(DEAD, path)
          // Two that die at the same step of it, one after the other: the second one in the middle of burying the first.
          for (const _ of [1, 2]) await startScript('node', 'lock-stealer.ts', path, String(step), 'hold').ended
          const lock = await acquireLock(path, waitAtMost(0))
          assert.is(lock.takenOver, true, `step ${step}`)
          lock.release()
          assert.is(existsSync(path), false)
        }),
      )
      const left = readdirSync(root)
      assert.ok(
        left.every((name) => name.endsWith('.dead')),
        left.join(' '),
      )
    }),
  { timeoutMs: 60_000 },
)

test(
  'B3a: of twenty processes that want one lock and die with it and without it, one holds it at a time',
  () =>
    inTemporaryFolder(async (root) => {
      const [rounds, wanted] = [20, 400]
      let held = ''
      const contend = async (): Promise<void> => {
        while (held.length < wanted) {
          const { process: contender, ended } = startScript(
            'bun',
            'lock-contender.ts',
            `${root}/lock`,
            `${root}/witness`,
            String(rounds),
          )
          const killing = setTimeout(() => contender.kill('SIGKILL'), Math.random() * 1_000)
          const letters = await ended
          clearTimeout(killing)
          held += letters
        }
      }
      await Promise.all(Array.from({ length: 20 }, contend))
      assert.match(held, /^h+$/)
      const last = await acquireLock(`${root}/lock`, waitAtMost(0))
      last.release()
    }),
  { timeoutMs: 120_000 },
)

async function faultOf(promise: Promise<unknown>): Promise<CniError> {
  try {
    await promise
  } catch (fault) {
    if (fault instanceof CniError) return fault
    throw fault
  }
  throw new Error('nothing was thrown')
}

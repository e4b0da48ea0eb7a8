import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { callTurns } from '../../src/host/index.ts'
import { ownIdentity } from '../../src/host/process-identity.ts'
import { assert, test } from '../harness.ts'
import { inTemporaryFolder } from './temporary.ts'

const ADD = { verb: 'ADD', containerId: 'c0ffee' } as const
// Process ids are given from 1 on: this one was never started at the first tick of this boot.
const DEAD = ownIdentity().replace(/^(\d+):\d+/, '$1:1')

test('G3: without an agent a call waits until another has given its turn back', () =>
  inTemporaryFolder(async (folder) => {
    const order: string[] = []
    const [first, second] = [callTurns(`${folder}/turns`, 1), callTurns(`${folder}/turns`, 1)]
    await first.take(ADD)
    const waiting = second.take(ADD).then(() => order.push('second'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    order.push('first')
    first.giveBack()
    await waiting
    assert.equal(order, ['first', 'second'])
    second.giveBack()
    assert.equal(readdirSync(`${folder}/turns`), [])
  }))

test('G3: as many calls have their turn at once as may, without an agent', () =>
  inTemporaryFolder(async (folder) => {
    const turns = [1, 2, 3].map(() => callTurns(`${folder}/turns`, 3))
    for (const turn of turns) await turn.take(ADD)
    assert.is(readdirSync(`${folder}/turns`).length, 3)
    for (const turn of turns) turn.giveBack()
    assert.equal(readdirSync(`${folder}/turns`), [])
  }))

test('G3: the turn of a call that was killed is taken over', () =>
  inTemporaryFolder(async (folder) => {
    mkdirSync(`${folder}/turns`)
    symlinkSync(DEAD, `${folder}/turns/0`)
    const turns = callTurns(`${folder}/turns`, 1)
    await turns.take(ADD)
    assert.is(readlinkSync(`${folder}/turns/0`), ownIdentity())
  }))

test('G3: where no turn can be taken down the call goes on without', () =>
  inTemporaryFolder(async (folder) => {
    writeFileSync(`${folder}/turns`, 'a file where a folder should be')
    const turns = callTurns(`${folder}/turns`, 1)
    await turns.take(ADD)
    turns.giveBack()
  }))

import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { answer, pod, recorder, withNode } from './plexus.ts'

const RESULT = { cniVersion: '1.0.0', interfaces: [{ name: 'eth0' }] }
const KEYS = { delegates: [recorder('base', answer(RESULT))] }

type Trace = { readonly traceEvents: readonly { readonly name: string; readonly ph: string; readonly dur: number }[] }

test('G3: PLEXUS_TRACE gets what took how long in an ADD and in a DEL, for root alone', () =>
  withNode(KEYS, async (node) => {
    node.apply(pod('web'))
    for (const verb of ['ADD', 'DEL']) {
      const path = `${node.folder}/${verb}.json`
      assert.is((await node.call(verb, { env: { PLEXUS_TRACE: path } })).status, 0)
      const { traceEvents } = JSON.parse(readFileSync(path, 'utf8')) as Trace
      const names = traceEvents.map(({ name }) => name)
      assert.ok(names.includes('start') && names.includes(`recorder ${verb} eth0`), names.join())
      assert.ok(traceEvents.every(({ ph, dur }) => ph === 'X' && dur >= 0))
      assert.is(statSync(path).mode & 0o777, 0o600)
    }
  }))

test('G3: a trace is never written over a file, or through a link, and fails no call', () =>
  withNode(KEYS, async (node) => {
    node.apply(pod('web'))
    const [file, link, aim] = ['file', 'link', 'aim'].map((name) => `${node.folder}/${name}`) as [
      string,
      string,
      string,
    ]
    writeFileSync(file, 'mine')
    symlinkSync(aim, link)
    const added = await node.call('ADD', { env: { PLEXUS_TRACE: file } })
    assert.is(added.status, 0, added.stdout)
    assert.match(added.stderr, /the trace cannot be written/)
    assert.is(readFileSync(file, 'utf8'), 'mine')
    assert.is((await node.call('DEL', { env: { PLEXUS_TRACE: link } })).status, 0)
    assert.not(existsSync(aim))
  }))

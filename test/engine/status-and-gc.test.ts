import { writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { leftovers } from '../node/namespaces.ts'
import { bridge, definition, pod, recorder, type TestNode, withNode } from './plexus.ts'

const NEW = { cniVersion: '1.1.0' }
const KEYS = ['cni.dev/valid-attachments', 'cni.dev/attachments']

const valid = (...ids: readonly string[]) => ids.map((containerID) => ({ containerID, ifname: 'eth0' }))

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}

function runs(node: TestNode, verb: string): readonly string[] {
  const of = node.recorded().filter(({ env }) => env['CNI_COMMAND'] === verb)
  return of.map(({ env, config }) => `${config['name']} ${env['CNI_CONTAINERID']} ${env['CNI_IFNAME']}`.trim())
}

test('F4, A1: GC deletes through their delegates what the runtime no longer lists, and nothing else', async () => {
  await withNode({ delegates: [bridge(40)], ...NEW }, async (node) => {
    node.apply(definition('own', recorder('own')), pod('web', 'own'))
    for (const containerId of ['one', 'two'])
      assert.is((await node.call('ADD', { containerId, netns: node.netns.path, ifName: containerId })).status, 0)
    const [two] = [{ containerID: 'two', ifname: 'two' }]
    const { status, stdout } = await node.call('GC', { config: { [KEYS[0] as string]: [two] } })
    assert.is(status, 0, stdout)
    assert.is(stdout, '')
    assert.equal(runs(node, 'DEL'), ['own one net1'])
    assert.is(leftovers().leases.length, 1)
    assert.equal(node.state(), ['two.json'])
    await node.call('DEL', { containerId: 'two', ifName: 'two' })
  })
})

test('F4: GC tells every network of 1.1.0 exactly its own valid attachments, secondary ones too, under both keys', async () => {
  await withNode({ delegates: [recorder('base', NEW)], ...NEW }, async (node) => {
    node.apply(
      definition('own', recorder('own', NEW)),
      definition('old', recorder('old')),
      definition('off', { ...NEW, name: 'off', disableGC: true, plugins: [{ type: 'recorder' }] }),
      pod('web', 'own,old,off'),
      pod('plain'),
    )
    await node.call('ADD', { containerId: 'one' })
    await node.call('ADD', { containerId: 'two', pod: 'plain' })
    for (const key of KEYS) assert.is((await node.call('GC', { config: { [key]: valid('one', 'two') } })).status, 0)
    const told = node.recorded().filter(({ env }) => env['CNI_COMMAND'] === 'GC')
    assert.equal(
      told.map(({ config }) => config['name']),
      ['base', 'own', 'base', 'own'],
    )
    for (const key of KEYS) {
      assert.equal(told[0]?.config[key], valid('one', 'two'))
      assert.equal(told[1]?.config[key], [{ containerID: 'one', ifname: 'net1' }])
    }
    assert.is(told[0]?.env['CNI_CONTAINERID'], '')
    assert.equal(runs(node, 'DEL'), [])
  })
})

test('F4, A7: GC without a list of what is valid is refused, since it would delete everything', async () => {
  await withNode({ delegates: [recorder('base')], ...NEW }, async (node) => {
    node.apply(pod('web'))
    await node.call('ADD')
    assert.is((await node.call('GC')).json.code, 7)
    assert.match(
      (await node.call('GC', { config: { 'cni.dev/attachments': [{ containerID: 1 }] } })).json.msg ?? '',
      /cni\.dev\/attachments\[0\]/,
    )
    assert.equal(runs(node, 'DEL'), [])
  })
})

test('F4: what GC fails to delete is reported, and stays for the next GC', async () => {
  await withNode({ delegates: [recorder('base', { fail: 'DEL' })], ...NEW }, async (node) => {
    node.apply(pod('web'))
    await node.call('ADD')
    for (const _ of [1, 2]) assert.is((await node.call('GC', { config: { [KEYS[0] as string]: [] } })).json.code, 140)
    assert.equal(node.state(), ['c0ffee.json'])
  })
})

test('F4: GC tells nothing to networks whose attachments it may not know, and the default network all that the runtime lists', async () => {
  await withNode({ delegates: [recorder('base', NEW)], ...NEW }, async (node) => {
    node.apply(definition('own', recorder('own', NEW)), pod('web', 'own'))
    await node.call('ADD', { containerId: 'one' })
    await node.call('ADD', { containerId: 'broken' })
    writeFileSync(`${node.folder}/state/plexus/broken.json`, '')
    const listed = valid('one', 'broken', 'older-than-plexus')
    assert.is((await node.call('GC', { config: { [KEYS[0] as string]: listed } })).status, 0)
    const told = node.recorded().filter(({ env }) => env['CNI_COMMAND'] === 'GC')
    assert.equal(
      told.map(({ config }) => [config['name'], config[KEYS[0] as string]]),
      [['base', listed]],
    )
    assert.equal(runs(node, 'DEL'), [])
  })
})

test('F4: GC of one node configuration keeps what was attached by another, and counts it as valid', async () => {
  await withNode({ delegates: [recorder('base', NEW)], ...NEW }, async (node) => {
    node.apply(definition('own', recorder('own', NEW)), pod('web', 'own'))
    await node.call('ADD', { containerId: 'one' })
    await node.call('ADD', { containerId: 'two', config: { name: 'another' } })
    assert.is((await node.call('GC', { config: { [KEYS[0] as string]: valid('one') } })).status, 0)
    const own = node.recorded().find(({ env, config }) => env['CNI_COMMAND'] === 'GC' && config['name'] === 'own')
    assert.equal(
      own?.config[KEYS[0] as string],
      ['one', 'two'].map((containerID) => ({ containerID, ifname: 'net1' })),
    )
    assert.equal(runs(node, 'DEL'), [])
  })
})

test('B3a, F4: GC waits for an ADD of another process', async () => {
  await withNode({ delegates: [recorder('slow', { ...NEW, pause: 'ADD' })], ...NEW }, async (node) => {
    node.apply(pod('web'))
    const seen = () => node.recorded().map(({ env }) => env['CNI_COMMAND'])
    const added = node.start('ADD').ended
    await until(() => seen().length === 1)
    const collected = node.start('GC', { config: { [KEYS[0] as string]: valid('c0ffee') } }).ended
    await until(() => node.state().includes('gc'))
    assert.equal(seen(), ['ADD'])
    writeFileSync(`${node.folder}/records/go`, '')
    assert.is((await added).status, 0)
    assert.is((await collected).status, 0)
    assert.equal(seen(), ['ADD', 'GC'])
  })
})

test("B3a, F3: a GC that was killed is in nobody's way", async () => {
  await withNode({ delegates: [recorder('slow', { ...NEW, pause: 'DEL' })], ...NEW }, async (node) => {
    node.apply(pod('web'))
    await node.call('ADD')
    const { pid, ended } = node.start('GC', { config: { [KEYS[0] as string]: [] } })
    await until(() => node.recorded().length === 2)
    process.kill(pid, 'SIGKILL')
    await ended
    writeFileSync(`${node.folder}/records/go`, '')
    assert.is((await node.call('ADD', { containerId: 'second' })).status, 0)
    assert.is((await node.call('GC', { config: { [KEYS[0] as string]: valid('second') } })).status, 0)
    assert.equal(node.state(), ['second.json'])
  })
})

test('F7: STATUS asks the default network, and keeps its code', async () => {
  const sick = { ...NEW, name: 'sick', type: 'recorder', fail: 'STATUS' }
  for (const [delegate, code] of [
    [recorder('base', NEW), undefined],
    [sick, 140],
    [recorder('old'), undefined],
  ] as const) {
    await withNode({ delegates: [delegate], ...NEW }, async (node) => {
      const { json, stdout } = await node.call('STATUS')
      assert.is(json.code, code, stdout)
    })
  }
})

test('F7, D1: STATUS is 50 at once while the readiness file is missing or the default network is nowhere', async () => {
  await withNode({ delegates: [recorder('base', NEW)], ...NEW }, async (node) => {
    const readinessindicatorfile = `${node.folder}/ready`
    const { json } = await node.call('STATUS', { config: { readinessindicatorfile } })
    assert.is(json.code, 50)
    assert.match(json.msg ?? '', /readinessindicatorfile .*\/ready does not exist/)
    writeFileSync(readinessindicatorfile, '')
    assert.is((await node.call('STATUS', { config: { readinessindicatorfile } })).status, 0)
    assert.is((await node.call('STATUS', { config: { clusterNetwork: 'nowhere' } })).json.code, 50)
  })
})

test('D1: ADD waits for the readiness file', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    node.apply(pod('web'))
    const readinessindicatorfile = `${node.folder}/ready`
    const { ended } = node.start('ADD', { config: { readinessindicatorfile } })
    setTimeout(() => writeFileSync(readinessindicatorfile, ''), 300)
    assert.is((await ended).status, 0)
  })
})

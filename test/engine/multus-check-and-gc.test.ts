import { rmSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { leftovers, runIn } from '../node/namespaces.ts'
import { attachByMultus, delegate, recordedRuns } from './multus.ts'
import { bridge, recorder, withNode } from './plexus.ts'

test('F6, F5: CHECK of what Multus attached compares with libcni’s cache', async () => {
  await withNode({ delegates: [recorder('other')] }, async (node) => {
    attachByMultus(node, [delegate(bridge(68)), delegate(recorder('own'))])
    assert.is((await node.call('CHECK')).status, 0)
    assert.equal(recordedRuns(node).slice(1), ['CHECK own net1'])
    runIn(node.netns, 'ip', ['link', 'delete', 'eth0'])
    const { status, json } = await node.call('CHECK')
    assert.is(status, 1)
    assert.match(json.msg ?? '', /network bridge68 \(eth0\): plugin bridge/)
    rmSync(`${node.folder}/state/results`, { recursive: true })
    assert.is((await node.call('CHECK')).status, 0, 'there is nothing to compare with')
    assert.is((await node.call('CHECK', { containerId: 'unknown' })).json.code, 3)
    await node.call('DEL')
  })
})

test('F6, F4: GC keeps what Multus attached and the runtime lists, tells the networks of it, and deletes the rest', async () => {
  const newest = { cniVersion: '1.1.0' }
  await withNode({ delegates: [recorder('base', newest)], ...newest }, async (node) => {
    const delegates = [delegate(recorder('base', newest)), delegate(recorder('own', newest)), delegate(bridge(69))]
    for (const containerId of ['one', 'two']) {
      attachByMultus(node, delegates, { containerId })
      runIn(node.netns, 'ip', ['link', 'set', 'net2', 'name', `of-${containerId}`])
    }
    writeFileSync(`${node.folder}/state/two`, '')
    assert.is(leftovers().leases.length, 2)
    const valid = [{ containerID: 'one', ifname: 'eth0' }]
    const { status, stdout } = await node.call('GC', { config: { 'cni.dev/valid-attachments': valid } })
    assert.is(status, 0, stdout)
    const [, , , , ...runs] = node.recorded()
    assert.equal(
      runs.map(({ env, config }) => `${env['CNI_COMMAND']} ${config['name']} ${env['CNI_CONTAINERID']}`.trim()),
      ['DEL own two', 'DEL base two', 'GC base', 'GC own'],
    )
    assert.equal(runs[2]?.config['cni.dev/valid-attachments'], valid)
    assert.equal(runs[3]?.config['cni.dev/valid-attachments'], [{ containerID: 'one', ifname: 'net1' }])
    assert.is(leftovers().leases.length, 1)
    assert.equal(node.state().toSorted(), ['base-one-eth0', 'bridge69-one-net2', 'one', 'own-one-net1'])
    await node.call('DEL', { containerId: 'one' })
  })
})

test('F6, F4: while a running container’s scratch file cannot be read, GC tells the default network alone', async () => {
  const newest = { cniVersion: '1.1.0' }
  await withNode({ delegates: [recorder('base', newest)], ...newest }, async (node) => {
    const delegates = [recorder('base', newest), recorder('own', newest)].map((one) => delegate(one))
    for (const containerId of ['one', 'two']) attachByMultus(node, delegates, { containerId })
    writeFileSync(`${node.folder}/state/two`, '')
    const valid = ['one', 'two'].map((containerID) => ({ containerID, ifname: 'eth0' }))
    assert.is((await node.call('GC', { config: { 'cni.dev/valid-attachments': valid } })).status, 0)
    const told = node.recorded().slice(4)
    assert.equal(
      told.map(({ env, config }) => [env['CNI_COMMAND'], config['name'], config['cni.dev/valid-attachments']]),
      [['GC', 'base', valid]],
    )
    for (const containerId of ['one', 'two']) await node.call('DEL', { containerId })
  })
})

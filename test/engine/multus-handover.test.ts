import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fakeMultusDel } from '../fakes/fake-multus-del.ts'
import { assert, test } from '../harness.ts'
import { leftovers } from '../node/namespaces.ts'
import { inSandbox, multusOf, recordedRuns, rulesOfContainers, withUplink } from './multus.ts'
import { bridge, definition, pod, recorder, type TestNode, withNode } from './plexus.ts'

const asJson = (node: TestNode, name: string) => JSON.parse(readFileSync(`${node.folder}/state/${name}`, 'utf8'))
const listIn = (bytes: string) => JSON.parse(Buffer.from(bytes, 'base64').toString())

const LAN = {
  cniVersion: '1.0.0',
  name: 'lan',
  plugins: [bridge(71), { type: 'tuning', sysctl: { 'net.ipv4.conf.all.log_martians': '1' } }],
}
const GREEN = {
  cniVersion: '0.3.1',
  name: 'green',
  type: 'macvlan',
  master: 'up0',
  capabilities: { mac: true, ips: true },
  ipam: { type: 'static' },
}

test('F6, D1: what Plexus attached in Multus’ place is deleted by a Multus that comes back, and then by Plexus', async () => {
  await withUplink(async () => {
    await withNode({ delegates: [bridge(70, { isGateway: true, ipMasq: true })], type: 'multus' }, async (node) => {
      const before = leftovers()
      const green = { name: 'green', interface: 'green0', mac: '02:00:00:00:00:72', ips: ['10.72.0.7/24'] }
      node.apply(definition('lan', LAN), definition('green', GREEN), pod('web', [{ name: 'lan' }, green]))
      assert.is((await node.call('ADD')).status, 0)
      assert.equal(inSandbox(node), ['eth0', 'green0', 'lo', 'net1'])
      assert.match(rulesOfContainers(), /CNI-/)
      fakeMultusDel(multusOf(node))
      assert.equal(inSandbox(node), ['lo'])
      assert.equal(leftovers().leases, before.leases)
      assert.is(rulesOfContainers(), '')
      assert.equal(node.state(), ['c0ffee.json'], 'the journal, of which Multus knows nothing')
      assert.is((await node.call('DEL')).status, 0)
      assert.equal(node.state(), [])
    })
  })
})

test('F6: under type multus the scratch file and libcni’s cache are as Multus has them, and go at DEL', async () => {
  await withNode({ delegates: [recorder('base', { big: 1 })], type: 'multus-shim' }, async (node) => {
    const own =
      '{"cniVersion":"0.4.0","name":"own","type":"recorder","capabilities":{"mac":true},"big":12345678901234567890}'
    node.apply(definition('own', own), pod('web', [{ name: 'own', mac: '02:00:00:00:00:07' }]))
    assert.is((await node.call('ADD')).status, 0)
    assert.equal(node.state().toSorted(), ['base-c0ffee-eth0', 'c0ffee', 'c0ffee.json', 'own-c0ffee-net1'])
    const [base, second] = asJson(node, 'c0ffee')
    assert.equal(
      [base.Name, base.ifnameRequest, second.Name, second.ifnameRequest],
      ['base', undefined, 'default/own', 'net1'],
    )
    assert.is(second.macRequest, '02:00:00:00:00:07')
    assert.match(Buffer.from(second.Bytes, 'base64').toString(), /"big":12345678901234567890/)
    const { config, cniArgs, ...entry } = asJson(node, 'results/own-c0ffee-net1')
    assert.equal(entry, {
      kind: 'cniCacheV1',
      containerId: 'c0ffee',
      ifName: 'net1',
      networkName: 'own',
      netns: node.netns.path,
      capabilityArgs: { mac: '02:00:00:00:00:07' },
      result: { cniVersion: '0.4.0' },
    })
    assert.equal(cniArgs.slice(-2), [
      ['K8S_POD_NAME', 'web'],
      ['MAC', '02:00:00:00:00:07'],
    ])
    assert.is(listIn(config).plugins[0].type, 'recorder')
    for (const name of ['c0ffee', 'results/own-c0ffee-net1'])
      assert.is(statSync(`${node.folder}/state/${name}`).mode & 0o777, 0o600)
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(node.state(), [])
  })
})

test('F6: multusCompatible says whether Multus’ files are written; an ADD that fails leaves none', async () => {
  for (const [config, isWritten] of [
    [{}, false],
    [{ multusCompatible: true }, true],
    [{ type: 'multus' }, true],
    [{ type: 'multus', multusCompatible: false }, false],
  ] as const) {
    await withNode({ delegates: [recorder('base')] }, async (node) => {
      node.apply(definition('bad', recorder('bad', { fail: 'ADD' })), pod('web'), pod('failing', 'bad'))
      assert.is((await node.call('ADD', { config, pod: 'failing' })).status, 1)
      assert.equal(node.state(), [])
      assert.is((await node.call('ADD', { config })).status, 0)
      assert.is(node.state().includes('c0ffee'), isWritten, JSON.stringify(config))
      assert.is((await node.call('DEL', { config: { multusCompatible: false } })).status, 0)
      assert.equal(node.state(), [])
    })
  }
})

test('F6: no pod fails because Multus’ files cannot be written, and none is kept because they cannot be removed', async () => {
  await withNode({ delegates: [bridge(73)], type: 'multus' }, async (node) => {
    node.apply(pod('web'))
    writeFileSync(`${node.folder}/state/results`, 'in the way')
    const { status, stderr } = await node.call('ADD')
    assert.is(status, 0)
    assert.match(stderr, /Multus' files are not written; .*results/)
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(leftovers().leases, [])
    assert.equal(readdirSync(`${node.folder}/state`).toSorted(), ['plexus', 'results'])
  })
})

test('F6: a container that Plexus attached under two names keeps Multus’ files until the last of them is deleted', async () => {
  await withNode({ delegates: [recorder('base')], type: 'multus' }, async (node) => {
    node.apply(pod('web'))
    for (const ifName of ['eth0', 'eth1']) assert.is((await node.call('ADD', { ifName })).status, 0)
    for (const _ of [1, 2]) assert.is((await node.call('DEL', { ifName: 'eth1' })).status, 0)
    assert.equal(recordedRuns(node), ['ADD base eth0', 'ADD base eth1', 'DEL base eth1'])
    assert.ok(node.state().includes('base-c0ffee-eth0'))
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(node.state(), [])
  })
})

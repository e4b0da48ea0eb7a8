import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fakeMultusAdd } from '../fakes/fake-multus-add.ts'
import { assert, test } from '../harness.ts'
import { leftovers } from '../node/namespaces.ts'
import {
  attachByMultus,
  base64,
  delegate,
  inSandbox,
  multusOf,
  recordedRuns,
  rulesOfContainers,
  scratchFixture,
  withUplink,
} from './multus.ts'
import { bridge, FIXTURE_PLUGINS, recorder, withNode } from './plexus.ts'

const FIXTURES = ['v4.0-single-plugins', 'v4.3-cluster-network', 'after-4.3-cluster-network']
const PORTS = { portMappings: [{ hostPort: 18_080, containerPort: 80, protocol: 'tcp' }] }

test(
  'F6, D1: what each Multus attached is deleted through real plugins, and nothing of it is left',
  async () => {
    for (const fixture of FIXTURES) {
      await withUplink(async () => {
        const before = leftovers()
        await withNode({ delegates: [bridge(40)], type: 'multus' }, async (node) => {
          fakeMultusAdd(multusOf(node, { runtimeConfig: PORTS }), scratchFixture(fixture))
          assert.ok(inSandbox(node).length >= 3, 'it was attached')
          assert.ok(leftovers().leases.length >= 2)
          if (!fixture.startsWith('v4.0')) assert.match(rulesOfContainers(), /CNI-DN-/)
          const { status, stdout, stderr } = await node.call('DEL')
          assert.is(status, 0, `${fixture}: ${stdout}`)
          assert.is(stderr, '')
          assert.equal(inSandbox(node), ['lo'], fixture)
          assert.equal(leftovers().leases, before.leases, fixture)
          assert.is(rulesOfContainers(), '', fixture)
          assert.equal(node.state(), [], fixture)
        })
        assert.equal(leftovers().links, before.links)
      })
    }
  },
  { timeoutMs: 60_000 },
)

test('F6, B6a: the plugins are given at DEL what ADD gave them, though Bytes of Multus 4.3 lacks keys', async () => {
  const plugin = { type: 'recorder', capabilities: { portMappings: true }, kubernetes: { kubeconfig: '/k' }, keep: [1] }
  const list = { cniVersion: '0.4.0', name: 'calico', plugins: [plugin, { type: 'recorder', deep: { own: true } }] }
  // What is left of a plugin in Multus' types.
  const typed = {
    ...list,
    plugins: list.plugins.map((one) => ({ type: 'recorder', ipam: {}, dns: {}, ...pick(one, 'capabilities') })),
  }
  const legacy = {
    Name: 'calico',
    CNIVersion: '0.4.0',
    Plugins: list.plugins.map((one) => ({ Network: { type: 'recorder' }, Bytes: base64(one) })),
    Bytes: base64(list),
  }
  for (const scratch of [
    { ConfList: typed, Bytes: base64(list) },
    { ConfList: typed, Bytes: base64(typed), CNINetworkConfigList: legacy },
  ]) {
    await withNode({ delegates: [bridge(40)] }, async (node) => {
      attachByMultus(node, [{ Conf: {}, Name: 'calico', ...scratch }], { runtimeConfig: PORTS })
      assert.is((await node.call('DEL', { args: '' })).status, 0)
      const [first, second, ...dels] = node.recorded()
      for (const [add, del] of [
        [first, dels[1]],
        [second, dels[0]],
      ] as const) {
        const { prevResult: _, ...atAdd } = add?.config ?? {}
        const { prevResult, ipam: __, dns: ___, ...atDel } = del?.config ?? {}
        assert.equal(atDel, atAdd)
        assert.equal(prevResult, { cniVersion: '0.4.0' })
        assert.is(del?.env['CNI_ARGS'], add?.env['CNI_ARGS'])
        assert.is(del?.env['CNI_COMMAND'], 'DEL')
      }
      assert.equal(first?.config['runtimeConfig'], PORTS)
      assert.equal(node.state(), [])
    })
  }
})

test('F6, B6a: without libcni’s cache the scratch file’s wishes and the runtime’s arguments have to do', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    const asked = { macRequest: '02:00:00:00:00:09', ipRequest: ['10.1.0.9/24'], ifnameRequest: 'own0' }
    const capable = { capabilities: { mac: true, ips: true } }
    attachByMultus(node, [
      delegate(recorder('base')),
      delegate(recorder('own', capable), { Name: 'default/own', ...asked }),
    ])
    rmSync(`${node.folder}/state/results`, { recursive: true })
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(recordedRuns(node).slice(2), ['DEL own own0', 'DEL base eth0'])
    const [, , own] = node.recorded()
    assert.equal(own?.config['runtimeConfig'], { ips: ['10.1.0.9/24'], mac: '02:00:00:00:00:09' })
    assert.match(own?.env['CNI_ARGS'] ?? '', /K8S_POD_NAME=web;MAC=02:00:00:00:00:09;IP=10\.1\.0\.9\/24$/)
    assert.equal(node.state(), [])
  })
})

test('F6, B3, A6: a delegate that fails keeps none from being deleted; it is reported, and the next DEL tries it alone', async () => {
  await withNode({}, async (node) => {
    const binDir = `${node.folder}/bin`
    const config = { binDir, delegates: [recorder('base')] }
    const late = (there: boolean): void => {
      mkdirSync(binDir, { recursive: true })
      if (there) copyFileSync(`${FIXTURE_PLUGINS}/recorder`, `${binDir}/late`)
      else rmSync(`${binDir}/late`)
    }
    late(true)
    copyFileSync(`${FIXTURE_PLUGINS}/recorder`, `${binDir}/recorder`)
    const delegates = [recorder('base'), recorder('one', { type: 'late' }), recorder('two')].map((one) => delegate(one))
    attachByMultus(node, delegates, { pluginFolders: [binDir] })
    late(false)
    const { status, json } = await node.call('DEL', { config })
    assert.is(status, 1)
    assert.is(json.code, 103)
    assert.match(json.msg ?? '', /network one \(net1\): plugin late/)
    assert.ok(node.state().includes('c0ffee'), 'Multus’ scratch file stays until all is deleted')
    late(true)
    assert.is((await node.call('DEL', { config })).status, 0)
    assert.equal(recordedRuns(node).slice(3), ['DEL two net2', 'DEL base eth0', 'DEL one net1'])
    assert.equal(node.state(), [])
    assert.is((await node.call('DEL', { config })).status, 0)
    assert.is(node.recorded().length, 6)
  })
})

test('F6: of a delegate that Multus failed to delete and forgot, libcni’s cache is enough', async () => {
  await withNode({ delegates: [recorder('other')] }, async (node) => {
    attachByMultus(node, [delegate(recorder('base')), delegate(bridge(67))])
    for (const name of ['c0ffee', 'results/base-c0ffee-eth0']) rmSync(`${node.folder}/state/${name}`)
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(leftovers().leases, [])
    assert.equal(recordedRuns(node), ['ADD base eth0'])
    assert.equal(node.state(), [])
  })
})

test('F6: what was attached to a running pod, and is in libcni’s cache alone, is deleted with the rest', async () => {
  await withNode({ delegates: [recorder('other')] }, async (node) => {
    attachByMultus(node, [delegate(recorder('base')), delegate(bridge(67)), delegate(recorder('hot'))])
    const scratch = [delegate(recorder('base')), delegate(bridge(67))]
    writeFileSync(`${node.folder}/state/c0ffee`, JSON.stringify(scratch))
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(recordedRuns(node).slice(2), ['DEL hot net2', 'DEL base eth0'])
    assert.equal(leftovers().leases, [])
    assert.equal(node.state(), [])
  })
})

test('F6: a scratch file is not that of another interface, nor a file of the cache that of another container', async () => {
  await withNode({ delegates: [recorder('other')] }, async (node) => {
    attachByMultus(node, [delegate(recorder('base'))])
    for (const call of [{ ifName: 'eth1' }, { containerId: 'ffee' }, { containerId: 'base-c0ffee' }])
      assert.is((await node.call('DEL', call)).status, 0)
    assert.equal(recordedRuns(node), ['ADD base eth0'])
    assert.equal(node.state(), ['c0ffee', 'base-c0ffee-eth0'])
  })
})

function pick(from: object, key: string): object {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name === key))
}

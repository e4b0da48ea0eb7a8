import { assert, test } from '../harness.ts'
import { runIn } from '../node/namespaces.ts'
import { answer, bridge, definition, pod, recorder, type TestNode, withNode } from './plexus.ts'

const ROUTED = bridge(40, {
  ipam: { type: 'host-local', subnet: '10.40.0.0/16', routes: [{ dst: '10.99.0.0/16', gw: '10.40.0.1' }] },
})

const DRIFTS = {
  'an interface removed': ['link', 'delete', 'net1'],
  'an address removed': ['address', 'flush', 'dev', 'net1'],
  'a route removed': ['route', 'delete', '10.99.0.0/16'],
}

async function attached(use: (node: TestNode) => Promise<void>): Promise<void> {
  await withNode({ delegates: [ROUTED] }, async (node) => {
    node.apply(definition('net-a', bridge(41)), pod('web', 'net-a'))
    assert.is((await node.call('ADD')).status, 0)
    await use(node)
    assert.is((await node.call('DEL')).status, 0)
  })
}

test('F5: CHECK of a container as ADD left it succeeds, and prints nothing', async () => {
  await attached(async (node) => {
    const { status, stdout } = await node.call('CHECK')
    assert.is(status, 0, stdout)
    assert.is(stdout, '')
  })
})

for (const [drift, command] of Object.entries(DRIFTS)) {
  test(`F5: CHECK finds ${drift}, and says in which network`, async () => {
    await attached(async (node) => {
      runIn(node.netns, 'ip', command)
      const { status, json } = await node.call('CHECK')
      assert.is(status, 1)
      assert.match(json.msg ?? '', /^network (bridge40 \(eth0\)|default\/net-a \(net1\)): plugin bridge: /)
    })
  })
}

test("F5, B2: CHECK runs every attachment's chain in order, each plugin given the final result", async () => {
  const ips = answer({ cniVersion: '1.0.0', ips: [{ address: '10.1.0.2/24' }] })
  const list = (name: string) => ({
    cniVersion: '1.0.0',
    name,
    plugins: [{ type: 'recorder' }, { type: 'recorder', ...ips }],
  })
  await withNode({ delegates: [list('base')], chaining: 'isolated' }, async (node) => {
    node.apply(
      definition('net-a', list('net-a')),
      definition('old', recorder('old', { cniVersion: '0.3.1' })),
      definition('off', { ...list('off'), disableCheck: true }),
      pod('web', 'net-a,old,off'),
    )
    await node.call('ADD')
    assert.is((await node.call('CHECK')).status, 0)
    const checks = node.recorded().filter(({ env }) => env['CNI_COMMAND'] === 'CHECK')
    assert.equal(
      checks.map(({ env, config }) => `${config['name']} ${env['CNI_IFNAME']}`),
      ['base eth0', 'base eth0', 'net-a net1', 'net-a net1'],
    )
    for (const { config } of checks) assert.equal((config['prevResult'] as { ips: unknown[] }).ips.length, 1)
  })
})

test('A5: CHECK of a configuration older than 0.4.0, and STATUS and GC of one older than 1.1.0, is error 1', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    for (const [verb, cniVersion] of [
      ['CHECK', '0.3.1'],
      ['STATUS', '1.0.0'],
      ['GC', '0.4.0'],
    ] as const) {
      const { json } = await node.call(verb, { config: { cniVersion } })
      assert.is(json.code, 1)
      assert.match(json.msg ?? '', new RegExp(`${cniVersion} does not allow ${verb}`))
    }
  })
})

test('F5: CHECK of a container that was never attached is error 3', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    assert.is((await node.call('CHECK')).json.code, 3)
  })
})

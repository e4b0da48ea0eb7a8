import { assert, test } from '../harness.ts'
import { addresses, leftovers, links } from '../node/namespaces.ts'
import { bridge, definition, type Printed, pod, type TestNode, withNode } from './plexus.ts'

function inSandbox({ interfaces = [] }: Printed): readonly string[] {
  return interfaces.filter(({ sandbox }) => sandbox).map(({ name }) => name)
}

function applyWeb(node: TestNode): void {
  node.apply(
    definition('net-a', bridge(41, { cniVersion: '0.4.0' })),
    definition('net-b', bridge(42)),
    pod('web', 'net-a, net-b'),
  )
}

test('A1, D5, C4: ADD attaches the default network first, the others in the order of the annotation', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    applyWeb(node)
    const { status, json, stderr } = await node.call('ADD')
    assert.is(status, 0, stderr)
    assert.equal(inSandbox(json), ['eth0', 'net1', 'net2'])
    for (const [index, name] of ['eth0', 'net1', 'net2'].entries())
      assert.match(addresses(name, node.netns).join(), new RegExp(`^10\\.4${index}\\.0\\.\\d+/16$`))
    assert.is((await node.call('DEL')).status, 0)
  })
})

test('A1, F1: DEL leaves no interface, no lease, no journal and no lock, and prints nothing', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    applyWeb(node)
    const before = leftovers([`${node.folder}/state`])
    assert.is((await node.call('ADD')).status, 0)
    assert.ok(node.state().includes('c0ffee.json'))
    const { status, stdout } = await node.call('DEL')
    assert.is(status, 0)
    assert.is(stdout, '')
    const after = leftovers([`${node.folder}/state`])
    assert.equal(after.leases, before.leases)
    assert.equal(after.files, [])
    assert.equal(
      links(node.netns).map(({ name }) => name),
      ['lo'],
    )
    assert.equal(
      after.links.filter((name) => name.startsWith('veth')),
      [],
    )
  })
})

test('A6: DEL succeeds twice, without a network namespace, and for a container that was never added', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    applyWeb(node)
    assert.is((await node.call('DEL')).status, 0, 'never added')
    assert.is((await node.call('ADD')).status, 0)
    assert.is((await node.call('DEL', { netns: '' })).status, 0, 'no namespace')
    assert.is((await node.call('DEL')).status, 0, 'twice')
    assert.equal(leftovers().leases, [])
  })
})

test('A6: DEL needs neither the pod nor its definitions nor anybody to ask', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    applyWeb(node)
    assert.is((await node.call('ADD')).status, 0)
    const { status, stdout } = await node.call('DEL', { config: { source: { files: '/nowhere' } } })
    assert.is(status, 0, stdout)
    assert.equal(leftovers().leases, [])
  })
})

test('B7, B9: the result is merged in the version the runtime asked for, or with "primary" the default network\'s alone', async () => {
  for (const cniVersion of ['0.3.1', '0.4.0', '1.0.0', '1.1.0']) {
    await withNode({ delegates: [bridge(40)], cniVersion }, async (node) => {
      applyWeb(node)
      const { json } = await node.call('ADD')
      assert.is(json.cniVersion, cniVersion)
      const [all, ips] = [
        json.interfaces as { name: string }[],
        json.ips as { address: string; interface: number; version?: string }[],
      ]
      assert.equal(
        ips.map((ip) => all[ip.interface]?.name),
        ['eth0', 'net1', 'net2'],
      )
      assert.equal(
        ips.map((ip) => ip.address.split('.')[1]),
        ['40', '41', '42'],
      )
      assert.is(
        ips.every((ip) => (ip.version === '4') === cniVersion.startsWith('0.')),
        true,
      )
      await node.call('DEL')
      const primary = await node.call('ADD', { config: { result: 'primary' } })
      assert.equal(inSandbox(primary.json), ['eth0'])
      await node.call('DEL')
    })
  }
})

test("A4, B5: a delegate's error keeps its code and details and names network, interface and plugin", async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    node.apply(
      definition('bad', { cniVersion: '1.0.0', name: 'bad', type: 'recorder', fail: 'ADD' }),
      pod('web', 'bad'),
    )
    const { status, json } = await node.call('ADD')
    assert.is(status, 1)
    assert.equal(json, {
      cniVersion: '1.0.0',
      code: 140,
      msg: 'network default/bad (net1): plugin recorder: told to fail',
      details: 'by its configuration',
    })
  })
})

test('B4: a plugin that is not there is an error that says where it was looked for', async () => {
  await withNode({ delegates: [{ cniVersion: '1.0.0', name: 'x', type: 'nosuch' }] }, async (node) => {
    node.apply(pod('web'))
    const { json } = await node.call('ADD')
    assert.match(String(json.msg), /plugin nosuch: no such executable in .*plugins, \/usr\/lib\/cni/)
    assert.equal(node.state(), [])
  })
})

test("B3: ADD runs a pod's plugins in order and DEL in reverse, each with what ADD gave it", async () => {
  const list = (name: string) => ({
    cniVersion: '1.0.0',
    name,
    plugins: [
      { type: 'recorder', n: 1 },
      { type: 'recorder', n: 2 },
    ],
  })
  await withNode({ delegates: [list('first')] }, async (node) => {
    node.apply(definition('second', list('second')), pod('web', 'second'))
    assert.is((await node.call('ADD')).status, 0)
    assert.is((await node.call('DEL')).status, 0)
    const runs = node
      .recorded()
      .map(({ env, config }) => `${env['CNI_COMMAND']} ${config['name']} ${config['n']} ${env['CNI_IFNAME']}`)
    assert.equal(runs, [
      'ADD first 1 eth0',
      'ADD first 2 eth0',
      'ADD second 1 net1',
      'ADD second 2 net1',
      'DEL second 2 net1',
      'DEL second 1 net1',
      'DEL first 2 eth0',
      'DEL first 1 eth0',
    ])
  })
})

test('A1: a second ADD of an attached container is refused, and the first stays as it is', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    node.apply(pod('web'))
    assert.is((await node.call('ADD')).status, 0)
    const before = leftovers()
    const again = await node.call('ADD')
    assert.is(again.json.code, 114)
    assert.equal(leftovers(), before)
    assert.equal(addresses('eth0', node.netns).length, 1)
    await node.call('DEL')
  })
})

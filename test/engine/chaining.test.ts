import { assert, test } from '../harness.ts'
import { addresses, leftovers, links, runIn } from '../node/namespaces.ts'
import { answer, bridge, definition, pod, recorder, withNode } from './plexus.ts'

type Prev = { cniVersion: string; interfaces?: { name: string }[]; ips?: { address: string; interface?: number }[] }

test('B8: a threaded network gets the merged result of those before it, in its own version', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    node.apply(
      definition('net-a', bridge(41)),
      definition('old', recorder('old', { cniVersion: '0.3.1' })),
      pod('web', 'net-a,old'),
    )
    assert.is((await node.call('ADD')).status, 0)
    const prev = node.recorded()[0]?.config['prevResult'] as Prev
    assert.is(prev.cniVersion, '0.3.1')
    assert.equal(
      prev.ips?.map(({ address, interface: i }) => `${prev.interfaces?.[i ?? -1]?.name} ${address.split('.')[1]}`),
      ['eth0 40', 'net1 41'],
    )
    await node.call('DEL')
  })
})

test('B8: an isolated network starts without a result: by the node, by its definition, and under the type multus', async () => {
  const annotated = { annotations: { 'plexus-cni.io/chaining': 'isolated' } }
  const cases = [
    { config: { chaining: 'isolated' }, options: {} },
    { config: {}, options: annotated },
    { config: { type: 'multus' }, options: {} },
  ]
  for (const { config, options } of cases) {
    await withNode({ delegates: [bridge(40)], ...config }, async (node) => {
      node.apply(definition('own', recorder('own'), options), pod('web', 'own'))
      assert.is((await node.call('ADD')).status, 0)
      assert.is(node.recorded()[0]?.config['prevResult'], undefined)
      await node.call('DEL')
    })
  }
})

test('B8: networks made of portmap or tuning alone ride on the networks before them, and nothing counts twice', async () => {
  await withNode({ delegates: [bridge(40, { isGateway: true })] }, async (node) => {
    node.apply(
      definition('ports', {
        cniVersion: '1.0.0',
        name: 'ports',
        plugins: [{ type: 'portmap', capabilities: { portMappings: true } }],
      }),
      definition('tuned', {
        cniVersion: '0.4.0',
        name: 'tuned',
        type: 'tuning',
        sysctl: { 'net.ipv4.conf.eth0.arp_notify': '1' },
      }),
      pod('web', [
        { name: 'ports', portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] },
        { name: 'tuned' },
      ]),
    )
    const { status, json, stderr } = await node.call('ADD')
    assert.is(status, 0, stderr)
    assert.is(json.ips?.length, 1)
    assert.is(json.interfaces?.filter(({ sandbox }) => sandbox).length, 1)
    assert.match(leftovers().rules, /CNI-DN-[0-9a-f]/)
    assert.is(runIn(node.netns, 'cat', ['/proc/sys/net/ipv4/conf/eth0/arp_notify']).trim(), '1')
    assert.is((await node.call('DEL')).status, 0)
    assert.not.match(leftovers().rules, /CNI-DN-[0-9a-f]/)
  })
})

test('B8: what a later network changes of an earlier interface is in the result, and CHECK of the earlier one holds', async () => {
  const mac = '02:00:00:00:00:42'
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    const changed = { cniVersion: '1.0.0', interfaces: [{ name: 'eth0', mac, sandbox: node.netns.path }] }
    node.apply(definition('mac', recorder('mac', answer(changed))), pod('web', 'mac'))
    const { status, json, stdout } = await node.call('ADD')
    assert.is(status, 0, stdout)
    runIn(node.netns, 'ip', ['link', 'set', 'eth0', 'address', mac])
    const eth0 = (json.interfaces ?? []).filter(({ name }) => name === 'eth0')
    assert.equal(
      eth0.map((one) => one.mac),
      [mac],
    )
    const check = await node.call('CHECK')
    assert.is(check.status, 0, check.stdout)
    await node.call('DEL')
  })
})

test('C4: an interface that an earlier network made cannot be asked for', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    node.apply(definition('own', recorder('own')), pod('web', 'own@extra'))
    const extra = { cniVersion: '1.0.0', interfaces: [{ name: 'extra', sandbox: node.netns.path }] }
    const { json } = await node.call('ADD', { config: { delegates: [recorder('base', answer(extra))] } })
    assert.is(json.code, 114)
    assert.equal(
      node.recorded().map(({ env, config }) => `${env['CNI_COMMAND']} ${config['name']}`),
      ['ADD base', 'DEL base'],
    )
  })
})

test('B2, C11: what the runtime sends reaches the default network alone', async () => {
  const capabilities = { portMappings: true, bandwidth: true }
  await withNode({ delegates: [recorder('base', { capabilities })] }, async (node) => {
    node.apply(definition('own', recorder('own', { capabilities })), pod('web', 'own'))
    const runtimeConfig = { portMappings: [{ hostPort: 80, containerPort: 80 }], unasked: 1 }
    assert.is((await node.call('ADD', { config: { runtimeConfig } })).status, 0)
    const [base, own] = node.recorded()
    assert.equal(base?.config['runtimeConfig'], { portMappings: [{ hostPort: 80, containerPort: 80 }] })
    assert.is(own?.config['runtimeConfig'], undefined)
  })
})

test('C6: the same network twice is two attachments, each with its own interface and address', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    node.apply(definition('net-a', bridge(41)), pod('web', 'net-a,net-a@extra'))
    assert.is((await node.call('ADD')).status, 0)
    assert.equal(
      links(node.netns)
        .map(({ name }) => name)
        .sort(),
      ['eth0', 'extra', 'lo', 'net1'],
    )
    assert.not.equal(addresses('net1', node.netns), addresses('extra', node.netns))
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(leftovers().leases, [])
  })
})

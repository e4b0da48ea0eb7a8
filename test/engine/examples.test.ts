import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { addresses, leftovers, links, runIn } from '../node/namespaces.ts'
import { definition, pod, REFERENCE_PLUGINS, recorder, type TestNode, withNode } from './plexus.ts'

const EXAMPLES = new URL('../../examples/', import.meta.url).pathname
const read = (name: string) => JSON.parse(readFileSync(`${EXAMPLES}${name}`, 'utf8'))

async function withExample(name: string, use: (node: TestNode) => Promise<void>): Promise<void> {
  const { source: _, ...config } = read('00-plexus.conf')
  await withNode({ ...config, binDir: REFERENCE_PLUGINS }, async (node) => {
    // The demo's bridge is a gateway; what its network is called is the same in every example.
    for (const file of ['demo/definitions.yaml', name])
      copyFileSync(EXAMPLES + file, `${node.folder}/cluster/${file.replace('/', '-')}`)
    mkdirSync(`${node.folder}/conf`)
    copyFileSync(`${EXAMPLES}on-disk.conflist`, `${node.folder}/conf/on-disk.conflist`)
    // The uplink that examples with a macvlan name.
    execFileSync('sh', [
      '-c',
      'ip link show eth0 2>/dev/null || ip link add eth0 type veth peer name wire0; ip link set eth0 up; ip link set wire0 up',
    ])
    const { status, stdout } = await node.call('ADD', { pod: name.replace('.yaml', '') })
    assert.is(status, 0, stdout)
    await use(node)
    assert.is((await node.call('DEL', { pod: name.replace('.yaml', '') })).status, 0)
    assert.equal(leftovers().leases, [])
    assert.equal(node.state(), [])
  })
}

test('C1: there is a test here for every example that is a pod', () => {
  const examples = readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml'))
  assert.equal(examples.sort(), [
    'chained.yaml',
    'default-route.yaml',
    'on-disk.yaml',
    'static-ip-mac.yaml',
    'threaded.yaml',
  ])
})

test('C3, B2: examples/chained.yaml: a list of three plugins, with a MAC and a port', async () => {
  await withExample('chained.yaml', async ({ netns }) => {
    const [, asked] = /"mac": "([^"]+)"/.exec(readFileSync(`${EXAMPLES}chained.yaml`, 'utf8')) ?? []
    assert.is(links(netns).find(({ name }) => name === 'net1')?.mac, asked)
    assert.match(leftovers().rules, /CNI-DN-[0-9a-f]/)
  })
})

test('C3: examples/static-ip-mac.yaml: an address, a MAC and a name that the pod chose', async () => {
  await withExample('static-ip-mac.yaml', async ({ netns }) => {
    assert.equal(addresses('lan0', netns), ['192.0.2.10/24'])
    assert.is(links(netns).find(({ name }) => name === 'lan0')?.mac, '02:00:00:00:02:10')
  })
})

test('C13: examples/default-route.yaml: the default route goes through the second network', async () => {
  await withExample('default-route.yaml', async ({ netns }) => {
    assert.match(runIn(netns, 'ip', ['route', 'show', 'default']), /^default via 10\.88\.50\.1 dev net1 \n$/)
  })
})

test("C7: examples/on-disk.yaml: the configuration is a file of the node's", async () => {
  await withExample('on-disk.yaml', async ({ netns }) => {
    assert.equal(
      links(netns)
        .map(({ name }) => name)
        .sort(),
      ['eth0', 'lo', 'net1'],
    )
  })
})

test('B8: examples/threaded.yaml: a network of tuning alone changes the pod, and makes no interface', async () => {
  await withExample('threaded.yaml', async (node) => {
    assert.equal(
      links(node.netns)
        .map(({ name }) => name)
        .sort(),
      ['eth0', 'lo'],
    )
    assert.is((await node.call('CHECK', { pod: 'threaded' })).status, 0)
  })
})

test('D1, J-Multus, J-Macvlan: a Multus configuration runs as it is', async () => {
  await withNode({}, async (node) => {
    const macvlan = {
      cniVersion: '0.3.1',
      name: 'fast',
      type: 'macvlan',
      master: 'up0',
      ipam: { type: 'host-local', subnet: '10.8.0.0/24' },
    }
    execFileSync('sh', ['-c', 'ip link add up0 type veth peer name up1; ip link set up0 up; ip link set up1 up'])
    node.apply(definition('fast', macvlan), pod('web', 'fast'))
    const keys = {
      cniDir: `${node.folder}/state`,
      binDir: REFERENCE_PLUGINS,
      source: { files: `${node.folder}/cluster` },
    }
    const config = {
      ...read('10-multus.conf'),
      ...keys,
      runtimeConfig: { portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] },
    }
    const stdin = JSON.stringify(config)
    const { status, json, stdout } = await node.call('ADD', { stdin })
    assert.is(status, 0, stdout)
    assert.equal(
      json.interfaces?.filter(({ sandbox }) => sandbox).map(({ name }) => name),
      ['eth0'],
      "the default network's result alone",
    )
    assert.equal(
      links(node.netns)
        .map(({ name }) => name)
        .sort(),
      ['eth0', 'lo', 'net1'],
    )
    assert.match(leftovers().rules, /CNI-DN-[0-9a-f]/)
    assert.is((await node.call('DEL', { stdin })).status, 0)
    assert.equal(leftovers().leases, [])
    execFileSync('ip', ['link', 'delete', 'up0'])
  })
})

test("D1: auxiliaryCNIChainName appends the plugins of its folder to every pod's networks", async () => {
  await withNode({}, async (node) => {
    const nets = `${node.folder}/nets`
    mkdirSync(`${nets}/extra`, { recursive: true })
    writeFileSync(`${nets}/10-base.conf`, JSON.stringify(recorder('base')))
    for (const name of ['20-b', '10-a'])
      writeFileSync(`${nets}/extra/${name}.conf`, JSON.stringify({ type: 'recorder', from: name }))
    node.apply(pod('web'))
    const config = { clusterNetwork: `${nets}/10-base.conf`, auxiliaryCNIChainName: 'extra' }
    assert.is((await node.call('ADD', { config })).status, 0)
    assert.equal(
      node.recorded().map(({ env, config: got }) => `${got['name']} ${got['from'] ?? ''} ${env['CNI_IFNAME']}`),
      ['base  eth0', 'extra 10-a net1', 'extra 20-b net1'],
    )
    assert.ok(node.recorded()[1]?.config['prevResult'])
  })
})

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { selectionElementSchema } from '../../src/attach/schemas.ts'
import { assert, test } from '../harness.ts'
import { addresses, leftovers, links, runIn } from '../node/namespaces.ts'
import { CONTAINER, FIXTURE_PLUGINS, pod, REFERENCE_PLUGINS, type TestNode, withNode } from './plexus.ts'

type Manifest = { readonly metadata: { readonly name: string; readonly namespace: string } }
type Annotations = Readonly<Record<string, string>>

const NETWORKS = 'k8s.v1.cni.cncf.io/networks'
const STATUS = 'k8s.v1.cni.cncf.io/network-status'
// The reference portmap looks for IPv6 rules of a pod that has IPv4 alone.
const PORTMAP_CHECK = /plugin portmap: could not check ipv6 dnat/
const CHECKPOINT = '/var/lib/kubelet/device-plugins/kubelet_internal_checkpoint'
const PAGE = readFileSync(new URL('../../docs/annotations.md', import.meta.url), 'utf8')
const FENCES: readonly Annotations[] = [...PAGE.matchAll(/^```yaml\n(.*?)^```/gms)].flatMap(([, text = '']) =>
  parseAllDocuments(text).map((document) => document.toJS()),
)
const DEFINITIONS = FENCES.filter((one) => 'kind' in one) as unknown as readonly Manifest[]
const ran: Annotations[] = []

/** The annotation of the example under a key, as the page has it. */
function exampleOf(key: string): Annotations {
  const [, text = ''] = new RegExp(`^\\*\\*\`${key}\`\\*\\*:.*?^\`\`\`yaml\\n(.*?)^\`\`\``, 'ms').exec(PAGE) ?? []
  return parseAllDocuments(text)[0]?.toJS() ?? {}
}

/** The first example of the page that is written so. */
function exampleWith(annotation: string, words: string): Annotations {
  return FENCES.find((one) => String(one[annotation]).includes(words)) ?? {}
}

/** Attaches a pod with an example's annotations, looks at what it has, and deletes it. */
async function withExample(example: Annotations, look: (node: TestNode) => void | Promise<void>): Promise<void> {
  const known = FENCES.findIndex((one) => JSON.stringify(one) === JSON.stringify(example))
  assert.ok(known >= 0, 'an example of the page')
  ran.push(FENCES[known] ?? {})
  await attached(example, look)
}

async function attached(annotations: Annotations, look: (node: TestNode) => void | Promise<void>): Promise<void> {
  const ownBridge = { cniVersion: '1.0.0', name: 'cluster', type: 'bridge', bridge: 'br-cluster' }
  const delegates = [{ ...ownBridge, isDefaultGateway: true, ipam: { type: 'host-local', subnet: '10.90.0.0/24' } }]
  await withNode({ delegates, multusNamespace: 'infra', binDir: REFERENCE_PLUGINS }, async (node) => {
    // In the place of plugins that need hardware; found by CNI_PATH.
    for (const type of ['sriov', 'ib-sriov']) symlinkSync(`${FIXTURE_PLUGINS}/recorder`, `${node.folder}/${type}`)
    const web = pod('web', '', annotations) as Manifest
    node.apply(...DEFINITIONS, { ...web, metadata: { ...web.metadata, uid: 'b1' } })
    const options = { env: { CNI_PATH: `${REFERENCE_PLUGINS}:${node.folder}` } }
    const { status, stdout } = await node.call('ADD', options)
    assert.is(status, 0, stdout)
    await look(node)
    const checked = await node.call('CHECK', options)
    assert.ok(checked.status === 0 || PORTMAP_CHECK.test(checked.stdout), checked.stdout)
    assert.is((await node.call('DEL', options)).status, 0)
    assert.equal([leftovers().leases, node.state()], [[], []])
  })
}

const namesIn = ({ netns }: TestNode) =>
  links(netns)
    .map(({ name }) => name)
    .filter((name) => name !== 'lo')
    .sort()
const configOfRun = (node: TestNode) => node.recorded()[0]?.config ?? {}

test('C1: docs/annotations.md: the comma form', async () => {
  await withExample(exampleWith(NETWORKS, 'lan, infra/storage@data0'), (node) =>
    assert.equal(namesIn(node), ['data0', 'eth0', 'net1']),
  )
})

test('C1: docs/annotations.md: the JSON form', async () => {
  await withExample(exampleWith(NETWORKS, '"192.0.2.10/24"'), (node) => {
    assert.equal(addresses('net1', node.netns), ['192.0.2.10/24'])
    assert.is(links(node.netns).find(({ name }) => name === 'net1')?.mac, '02:00:00:00:02:10')
  })
})

const EXPECTED: Readonly<Record<string, (node: TestNode) => void>> = {
  name: (node) => assert.equal(namesIn(node), ['eth0', 'net1']),
  namespace: ({ netns }) => assert.match(addresses('net1', netns).join(), /^198\.51\.100\.\d+\/24$/),
  interface: (node) => assert.equal(namesIn(node), ['eth0', 'lan0']),
  ips: ({ netns }) => assert.equal(addresses('net1', netns), ['192.0.2.77/24']),
  mac: ({ netns }) => assert.is(links(netns).find(({ name }) => name === 'net1')?.mac, '02:00:00:00:02:77'),
  portMappings: () => assert.match(leftovers().rules, /dport 8080 .*CNI-DN-/),
  bandwidth: () => {
    const peers = links().filter(({ kind, master }) => kind === 'veth' && master === 'br-limited')
    assert.is(peers.length, 1)
    assert.match(
      execFileSync('tc', ['qdisc', 'show', 'dev', peers[0]?.name ?? ''], { encoding: 'utf8' }),
      /tbf .* rate 1Mbit/,
    )
  },
  'default-route': ({ netns }) =>
    assert.match(runIn(netns, 'ip', ['route', 'show', 'default']), /^default via 192\.0\.2\.1 dev net1 \n$/),
  'ipam-claim-reference': (node) => assert.equal(namesIn(node), ['eth0', 'net1']),
}

for (const [key, look] of Object.entries(EXPECTED))
  test(`C2, C3: docs/annotations.md: the example of ${key}`, () => withExample(exampleOf(key), look))

const GIVEN: Readonly<Record<string, (config: Record<string, unknown>) => void>> = {
  'infiniband-guid': ({ runtimeConfig }) => assert.equal(runtimeConfig, { infinibandGUID: '02:00:00:00:00:00:02:77' }),
  'cni-args': ({ args }) => assert.equal(args, { cni: { vlan: 5 } }),
  deviceID: ({ runtimeConfig }) => assert.equal(runtimeConfig, { deviceID: '0000:03:00.2' }),
}

for (const [key, look] of Object.entries(GIVEN))
  test(`C2, C3: docs/annotations.md: the example of ${key}, with the plugin recorder in the place of hardware`, () =>
    withExample(exampleOf(key), (node) => look(configOfRun(node))))

test('C9: docs/annotations.md: another default network', async () => {
  await withExample(exampleWith('v1.multus-cni.io/default-network', 'infra/storage'), ({ netns }) =>
    assert.match(addresses('eth0', netns).join(), /^198\.51\.100\./),
  )
})

test('B8: docs/annotations.md: a definition that keeps the other networks from its plugins', async () => {
  // The plugin's result would have the addresses it was handed as well.
  await attached({ [NETWORKS]: 'alone' }, ({ netns, folder }) => {
    assert.match(addresses('net1', netns).join(), /^203\.0\.113\./)
    const { calls } = JSON.parse(readFileSync(`${folder}/state/plexus/${CONTAINER}.json`, 'utf8'))
    const { chaining, result } = calls[0].attachments[1]
    assert.equal([chaining, result.ips.length], ['isolated', 1])
  })
})

test('C12: docs/annotations.md: a device of the kubelet, with the plugin recorder in the place of hardware', async () => {
  mkdirSync(CHECKPOINT.slice(0, CHECKPOINT.lastIndexOf('/')), { recursive: true })
  const entry = { PodUID: 'b1', ContainerName: 'app', ResourceName: 'intel.com/sriov', DeviceIDs: ['0000:03:02.0'] }
  writeFileSync(CHECKPOINT, JSON.stringify({ Data: { PodDeviceEntries: [entry] } }))
  await attached({ [NETWORKS]: 'given' }, (node) => assert.is(configOfRun(node)['deviceID'], '0000:03:02.0'))
})

test('E1: docs/annotations.md: the network status that is shown has the keys that the page explains', () => {
  const shown = JSON.parse(exampleWith(STATUS, 'cbr0')[STATUS] ?? '[]') as readonly object[]
  const explained = [...(PAGE.split('## Written on the pod')[1] ?? '').matchAll(/^\| (`.*?) +\|/gm)].flatMap(
    ([, cell = '']) => cell.split(', ').map((key) => key.replaceAll('`', '')),
  )
  assert.equal(
    shown.flatMap(Object.keys).filter((key) => !explained.includes(key)),
    [],
  )
})

test('C1, C2: docs/annotations.md explains every key, with an example for each, and every example was run here', () => {
  const keys = Object.keys(selectionElementSchema.properties)
    .filter((key) => key !== 'interfaceRequest')
    .sort()
  assert.equal([...Object.keys(EXPECTED), ...Object.keys(GIVEN)].sort(), keys)
  for (const key of keys) assert.match(PAGE, new RegExp(`^\\| \`${key}\` `, 'm'))
  assert.equal(
    DEFINITIONS.map(({ metadata }) => metadata.name),
    ['lan', 'limited', 'storage', 'fast', 'fabric', 'alone', 'given'],
  )
  const left = FENCES.filter((one) => !('kind' in one) && !(STATUS in one) && !ran.includes(one))
  assert.equal(left, [])
})

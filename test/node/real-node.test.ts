import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { bridge, definition } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { assertStatus, expectedEvents, sortedEvents } from './expected-pod.ts'
import { MANIFESTS } from './node-daemons.ts'
import { CONF_DIR, NODE_NAME } from './node-ground.ts'
import { installPlexus, JOURNAL, PLEXUS_USER, plexus } from './node-plexus.ts'
import {
  awaited,
  awaitRunning,
  deletePods,
  execIn,
  networkStatus,
  nodePod,
  nodePodSpec,
  type PodEvent,
  plexusEvents,
} from './node-pods.ts'
import { type RealNode, startRealNode, stock } from './real-node.ts'
import { LAN, STORAGE } from './test-networks.ts'

// One node for the whole file: it takes a quarter of a minute to come up. Without an agent on it.
const timeoutMs = 180_000
let started: Promise<RealNode> | undefined

function theNode(): Promise<RealNode> {
  started ??= startRealNode()
  return started
}

async function awaitEvent({ api }: RealNode, pod: string, reason: string): Promise<PodEvent> {
  return awaited(`Event ${reason} of pod ${pod}`, () => plexusEvents(api, pod).find((event) => event.reason === reason))
}

test(
  'harness: etcd, kube-apiserver, containerd and kubelet come up as a node, which is not ready without a network',
  async () => {
    const { api } = await theNode()
    const { stdout } = api.kubectl(['get', 'nodes', '--no-headers'])
    assert.match(stdout, new RegExp(`^${NODE_NAME} +NotReady `))
  },
  // Kubernetes may have to be built first.
  { timeoutMs: 600_000 },
)

test(
  'H6, K3: plexus install makes the node ready, with the service account of deploy/; run again, it changes nothing',
  async () => {
    const { api } = await theNode()
    const first = await installPlexus(api, '--agent-socket', '')
    assert.equal([first.status, first.stderr], [0, ''])
    assert.is(api.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', `node/${NODE_NAME}`]).status, 0)
    const again = await installPlexus(api, '--agent-socket', '')
    assert.equal([again.status, again.stderr], [0, ''])
    assert.match(again.stdout, `${CONF_DIR}/00-plexus.conflist: is as it should be`)
  },
  { timeoutMs },
)

test(
  'E1, G1, G7: a pod with three networks runs, status and Events say what it has, and its deletion leaves nothing',
  async () => {
    const { api } = await theNode()
    const before = stock()
    api.apply(LAN, STORAGE, nodePod('web', 'lan, storage'))
    awaitRunning(api, ['web'])

    const status = assertStatus(api, 'web')
    const { stdout: podIp } = api.kubectl(['get', 'pod', 'web', '-o', 'jsonpath={.status.podIP}'])
    assert.equal([podIp], status[0]?.ips)
    assert.equal(sortedEvents(api, 'web'), expectedEvents(status))

    deletePods(api, ['web'])
    assert.equal(stock(), before)
  },
  { timeoutMs },
)

test(
  'G7: a pod with a broken annotation does not start, its Event says what to correct, and corrected it starts',
  async () => {
    const node = await theNode()
    const { api } = node
    const before = stock()
    api.apply(nodePod('typing', [{ name: 'lan', interfce: 'lan0' }]), nodePod('early', 'later'))
    const { type, message } = await awaitEvent(node, 'typing', 'FailedAttachment')
    assert.is(type, 'Warning')
    assert.match(
      message,
      /annotation k8s\.v1\.cni\.cncf\.io\/networks: \[0\]: unknown key "interfce"; did you mean "interface"\?/,
    )
    const missing = await awaitEvent(node, 'early', 'NoNetworkFound')
    assert.match(missing.message, /cannot find network-attachment-definition "later" in namespace "default"/)
    assert.equal(networkStatus(api, 'typing'), [])
    assert.equal(stock().leases, before.leases)

    api.apply(
      nodePod('typing', [{ name: 'lan', interface: 'lan0' }]),
      definition('later', bridge(31, { bridge: 'br-late' })),
    )
    awaitRunning(api, ['typing', 'early'])
    assert.match(execIn(api, 'typing', ['ip', 'address', 'show', 'dev', 'lan0']), 'inet 10.88.20.')
    deletePods(api, ['typing', 'early'])
    assert.equal(stock(), before)
  },
  { timeoutMs },
)

test(
  "C12: the real kubelet is asked for a definition's devices, and a pod that has none is told to request them",
  async () => {
    const node = await theNode()
    const before = stock()
    assert.ok(existsSync('/var/lib/kubelet/pod-resources/kubelet.sock'))
    const annotations = { 'k8s.v1.cni.cncf.io/resourceName': 'example.com/nic' }
    node.api.apply(definition('nic', bridge(32), { annotations }), nodePod('fast', 'nic'))
    const { message } = await awaitEvent(node, 'fast', 'FailedAttachment')
    const wanted =
      'network default/nic: no device of resource "example.com/nic" is left: the pod has 0, its networks want 1; request as many'
    assert.match(message, wanted)
    deletePods(node.api, ['fast'])
    assert.equal(stock(), before)
  },
  { timeoutMs },
)

test(
  'C14: a static pod, whose UID the kubelet and the API server do not agree on, gets its networks and its status',
  async () => {
    const { api } = await theNode()
    const before = stock()
    const { nodeName: _, ...spec } = nodePodSpec() as Record<string, unknown>
    const manifest = `${MANIFESTS}/static.json`
    writeFileSync(manifest, JSON.stringify({ ...nodePod('static', 'lan'), spec }))
    const mirror = `static-${NODE_NAME}`
    await awaited(`the mirror of the static pod`, () => api.kubectl(['get', 'pod', mirror]).status === 0 || undefined)
    awaitRunning(api, [mirror])
    assert.equal(
      networkStatus(api, mirror).map(({ interface: ifName }) => ifName),
      ['eth0', 'net1'],
    )
    assert.match(execIn(api, mirror, ['ip', 'address', 'show', 'dev', 'net1']), 'inet 10.88.20.')
    assert.match(
      api.kubectl(['describe', 'pod', mirror]).stdout,
      /AddedInterface .* Add net1 \[10\.88\.20\.\d+\/24\] from default\/lan/,
    )
    rmSync(manifest)
    await awaited('the end of the static pod', () => api.kubectl(['get', 'pod', mirror]).status !== 0 || undefined)
    await awaited('the end of its networks', () => stock().files.length === before.files.length || undefined)
    assert.equal(stock(), before)
  },
  { timeoutMs },
)

test(
  'G1: running pods keep their networks while containerd and the kubelet are started anew, and are deleted after it',
  async () => {
    const { api, containerd, kubelet } = await theNode()
    const before = stock()
    api.apply(nodePod('steady', 'lan,storage'))
    awaitRunning(api, ['steady'])
    const addresses = () => execIn(api, 'steady', ['ip', '-4', 'address'])
    const [shown, status, running] = [addresses(), networkStatus(api, 'steady'), stock()]
    for (const daemon of [kubelet, containerd]) await daemon.stop()
    for (const daemon of [containerd, kubelet]) await daemon.start()
    awaitRunning(api, ['steady'])
    assert.is(addresses(), shown)
    assert.equal(networkStatus(api, 'steady'), status)
    assert.equal(stock(), running)
    assert.is(running.files.length, 1)
    deletePods(api, ['steady'])
    assert.equal(stock(), before)
  },
  { timeoutMs },
)

test(
  'G4, K2: without an agent an ADD reads the pod and its definitions, writes the status once, and a DEL asks nothing',
  async () => {
    const { api } = await theNode()
    const requests = () =>
      api
        .audit()
        .filter(({ user, uri }) => user === PLEXUS_USER && uri.includes('default') && !uri.endsWith('/events'))
        .map(({ verb, uri, status }) => `${status} ${verb} ${uri}`)
    const earlier = requests().length
    api.apply(nodePod('counted', 'lan,storage'))
    awaitRunning(api, ['counted'])
    const pod = '/api/v1/namespaces/default/pods/counted'
    const definitions = '/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions'
    const wanted = [
      `200 get ${pod}`,
      `200 get ${definitions}/lan`,
      `200 get ${definitions}/storage`,
      `200 patch ${pod}/status`,
    ]
    assert.equal(requests().slice(earlier).sort(), wanted.sort())
    deletePods(api, ['counted'])
    assert.is(requests().length, earlier + wanted.length)
  },
  { timeoutMs },
)

test(
  'H6, K3: plexus uninstall gives the node back: the next pod has the default network alone, and the node stays ready',
  async () => {
    const { api } = await theNode()
    const { status, stdout, stderr } = await plexus(['uninstall', '--executable'])
    assert.equal([status, stderr], [0, ''])
    assert.match(stdout, '/opt/cni/bin/plexus: removed')
    api.apply(nodePod('plain', 'lan'))
    awaitRunning(api, ['plain'])
    const links = execIn(api, 'plain', ['ip', '-oneline', 'link']).trim().split('\n')
    assert.is(links.length, 2)
    assert.equal(networkStatus(api, 'plain'), [])
    deletePods(api, ['plain'])
    assert.not.ok(existsSync(JOURNAL) && stock().files.length > 0)
  },
  { timeoutMs },
)

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { CONTAINER, PLEXUS, REFERENCE_PLUGINS } from '../engine/plexus.ts'
import { withApiFront } from '../fakes/fake-api-front.ts'
import { assert } from '../harness.ts'
import type { ApiServer } from '../node/kube-apiserver.ts'
import { addresses, leftovers, links } from '../node/namespaces.ts'
import {
  type ApiNode,
  apiPod,
  apiTest,
  bridgeDefinition,
  namespace,
  podArgs,
  serviceAccountToken,
  statusOf,
} from './api-node.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const KUBECONFIG = '/etc/cni/net.d/multus.d/multus.kubeconfig'
const CNI_BIN = '/opt/cni/bin'

// As multus-daemon writes it from its own configuration, but for the kubeconfig, which a daemon has no need of.
const SHIM = {
  capabilities: { bandwidth: true, portMappings: true },
  cniVersion: '0.3.1',
  clusterNetwork: '/etc/cni/net.d/10-flannel.conflist',
  daemonSocketDir: '/run/multus/',
  globalNamespaces: 'default,infra',
  logLevel: 'verbose',
  logToStderr: true,
  name: 'multus-cni-network',
  namespaceIsolation: true,
  readinessindicatorfile: '/run/ready',
  type: 'multus-shim',
}
const FLANNEL = {
  name: 'cbr0',
  cniVersion: '0.3.1',
  plugins: [
    { type: 'bridge', bridge: 'cni0', isDefaultGateway: true, ipam: { type: 'host-local', subnet: '10.88.71.0/24' } },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
}

// The rights that Multus' own manifest gives it.
const RULES = [
  { apiGroups: ['k8s.cni.cncf.io'], resources: ['*'], verbs: ['*'] },
  { apiGroups: [''], resources: ['pods', 'pods/status'], verbs: ['get', 'list', 'update', 'watch'] },
  { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch', 'update'] },
]

/** Multus' service account as its manifest makes it. */
function applyAccount({ apply }: ApiServer): void {
  const rbac = 'rbac.authorization.k8s.io'
  const account = { kind: 'ServiceAccount', name: 'multus', namespace: 'kube-system' }
  apply(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'multus', namespace: 'kube-system' } },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: 'multus' }, rules: RULES },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'multus' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'multus' },
      subjects: [account],
    },
  )
}

/** A node as Multus leaves it, its plugin replaced by this executable, under its name. */
function likeMultus({ api }: ApiNode, name: 'multus' | 'multus-shim'): readonly [string, ...string[]] {
  mkdirSync(CNI_BIN, { recursive: true })
  const programs = readdirSync(REFERENCE_PLUGINS).map((plugin) => [plugin, `${REFERENCE_PLUGINS}/${plugin}`] as const)
  for (const [as, program] of [...programs, [name, PLEXUS] as const])
    if (!existsSync(`${CNI_BIN}/${as}`)) symlinkSync(program, `${CNI_BIN}/${as}`)
  mkdirSync('/etc/cni/net.d/multus.d', { recursive: true })
  applyAccount(api)
  cpSync(api.kubeconfigFor({ token: serviceAccountToken(api, 'multus') }), KUBECONFIG)
  return [`${CNI_BIN}/${name}`]
}

async function addedAndDeleted(
  node: ApiNode,
  pod: string,
  stdin: string,
  command: readonly [string, ...string[]],
): Promise<void> {
  const call = { ...podArgs(pod), stdin, command, env: { CNI_PATH: CNI_BIN } }
  const before = leftovers(['/var/lib/cni/multus'])
  const added = await node.call('ADD', call)
  assert.is(added.status, 0, added.stdout)
  assert.equal(
    added.json.interfaces?.filter(({ sandbox }) => sandbox).map(({ name }) => name),
    ['eth0'],
    'the runtime is told of the default network alone',
  )
  assert.match(addresses('net1', node.netns).join(), /^10\.42\./)
  assert.equal(
    statusOf(node.api, pod)
      .map(({ name, interface: ifName }) => `${name} ${ifName}`)
      .slice(1),
    ['infra/wan net1'],
  )
  const writes = node.api.audit().filter(({ uri }) => uri.includes(`/pods/${pod}/status`))
  assert.equal(
    writes.map(({ verb, status }) => `${verb} ${status}`),
    ['patch 403', 'update 200'],
    'it may not patch, and updates',
  )
  assert.match(readdirSync('/var/lib/cni/multus/plexus').join(), `${CONTAINER}.json`)
  const deleted = await node.call('DEL', call)
  assert.is(deleted.status, 0, deleted.stdout)
  assert.equal(
    links(node.netns).map(({ name }) => name),
    ['lo'],
  )
  const after = leftovers(['/var/lib/cni/multus'])
  assert.equal([after.leases, after.files], [before.leases, before.files])
}

apiTest(
  "D1, J-Multus: the configuration of Multus' thin plugin runs as it is, with the API and isolation",
  {},
  async (node) => {
    const command = likeMultus(node, 'multus')
    node.api.apply(namespace('infra'), bridgeDefinition('wan', 42, 'infra'), apiPod('thin', 'infra/wan'))
    const written = readFileSync(`${ROOT}examples/10-multus.conf`, 'utf8')
    const refused = await node.call('ADD', { ...podArgs('thin'), stdin: written, command, env: { CNI_PATH: CNI_BIN } })
    assert.is(refused.json.code, 112, 'it isolates namespaces')
    const stdin = JSON.stringify({ ...JSON.parse(written), globalNamespaces: 'default,infra' })
    await addedAndDeleted(node, 'thin', stdin, command)
  },
)

apiTest(
  "D1, J-Multus: the configuration of Multus' shim runs as it is, without its daemon, where it has a kubeconfig",
  {},
  async (node) => {
    const command = likeMultus(node, 'multus-shim')
    writeFileSync('/etc/cni/net.d/10-flannel.conflist', JSON.stringify(FLANNEL))
    writeFileSync('/run/ready', '')
    node.api.apply(namespace('infra'), bridgeDefinition('wan', 42, 'infra'), apiPod('shim', 'infra/wan'))
    await addedAndDeleted(node, 'shim', JSON.stringify({ ...SHIM, kubeconfig: KUBECONFIG }), command)
  },
)

apiTest("E2, J-Multus: where a status may only be updated, another's update in between is kept", {}, async (node) => {
  applyAccount(node.api)
  node.api.apply(apiPod('contended'))
  let isFirst = true
  const annotateMeanwhile = ({ method }: { readonly method: string }) => {
    if (method === 'PUT' && isFirst) node.api.kubectl(['annotate', 'pod', 'contended', 'example.com/mine=kept'])
    if (method === 'PUT') isFirst = false
    return 'pass' as const
  }
  await withApiFront(node.api, annotateMeanwhile, async (front) => {
    const kubeconfig = front.kubeconfig({ token: serviceAccountToken(node.api, 'multus') })
    const { status, stdout } = await node.call('ADD', { ...podArgs('contended'), config: { kubeconfig } })
    assert.is(status, 0, stdout)
    assert.is(front.requests.filter(({ method }) => method === 'PUT').length, 2)
  })
  assert.is(statusOf(node.api, 'contended').length, 1)
  const path = 'jsonpath={.metadata.annotations.example\\.com/mine}'
  assert.is(node.api.kubectl(['get', 'pod', 'contended', '-o', path]).stdout, 'kept')
})

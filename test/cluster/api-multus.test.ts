import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { CONTAINER, PLEXUS, REFERENCE_PLUGINS } from '../engine/plexus.ts'
import { assert } from '../harness.ts'
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

/** A node as Multus leaves it, its plugin replaced by this executable, under its name. */
function likeMultus({ api }: ApiNode, name: 'multus' | 'multus-shim'): readonly [string, ...string[]] {
  mkdirSync(CNI_BIN, { recursive: true })
  const programs = readdirSync(REFERENCE_PLUGINS).map((plugin) => [plugin, `${REFERENCE_PLUGINS}/${plugin}`] as const)
  for (const [as, program] of [...programs, [name, PLEXUS] as const])
    if (!existsSync(`${CNI_BIN}/${as}`)) symlinkSync(program, `${CNI_BIN}/${as}`)
  mkdirSync('/etc/cni/net.d/multus.d', { recursive: true })
  cpSync(api.kubeconfigFor({ token: serviceAccountToken(api) }), KUBECONFIG)
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

import { execFileSync } from 'node:child_process'
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import {
  type CallOptions,
  CONTAINER,
  type Ended,
  PLEXUS,
  REFERENCE_PLUGINS,
  type TestNode,
  withNode,
} from '../engine/plexus.ts'
import { leftovers } from './namespaces.ts'
import type { Provider } from './providers.ts'

/** The runtime's folders. */
export const BIN_DIR = '/opt/cni/bin'
export const CONF_DIR = '/etc/cni/net.d'

const EXAMPLES = new URL('../../examples/providers/', import.meta.url).pathname
const FAKE = new URL('../fakes/fake-provider.ts', import.meta.url).pathname
const BUN = new URL('../../node_modules/.bin/bun', import.meta.url).pathname
const FOLDERS = [BIN_DIR, CONF_DIR, '/run/flannel', '/var/lib/calico', '/var/run/cilium', '/var/lib/cni/flannel']
const UPLINK = 'eth0'

/** A node with a provider on it, and Plexus beside it. */
export type ProviderNode = TestNode & {
  /** Calls Plexus with the example's node configuration, for a pod of namespace default. */
  readonly attach: (verb: string, pod: string, options?: CallOptions) => Promise<Ended>
}

/**
 * The path of a plugin that is a provider's own program; undefined where a fake stands in for it, as no folder is named.
 * Throws where the folder that is named does not have it: a fake in its place would prove something else.
 */
export function realPlugin({ realIn = process.env['PLEXUS_PROVIDER_BIN'] ?? '' }: Provider, name: string) {
  if (realIn === '') return undefined
  const path = `${realIn}/${name}`
  try {
    accessSync(path, constants.X_OK)
    return path
  } catch {
    throw new Error(
      `PLEXUS_PROVIDER_BIN: ${path} is not there, or is no executable; put it there, or run the tests of the providers ` +
        'that are there alone: --grep J-Calico:',
    )
  }
}

/** The path of a file of a provider's example. */
export function exampleOf({ folder }: Provider, file: string): string {
  return `${EXAMPLES}${folder}/${file}`
}

/** Makes the node for the time `use` takes; `list` goes over the keys of the provider's configuration. */
export async function withProvider(
  provider: Provider,
  list: Readonly<Record<string, unknown>>,
  use: (node: ProviderNode) => Promise<void>,
): Promise<void> {
  layPlugins(provider)
  for (const [path, text] of Object.entries(provider.files)) write(path, text)
  const network = `${CONF_DIR}/${provider.file}`
  write(network, JSON.stringify({ ...JSON.parse(readFileSync(exampleOf(provider, provider.file), 'utf8')), ...list }))
  copyFileSync(exampleOf(provider, '00-plexus.conflist'), `${CONF_DIR}/00-plexus.conflist`)
  for (const args of [
    ['add', UPLINK, 'type', 'veth', 'peer', 'name', 'wire0'],
    ['set', UPLINK, 'up'],
    ['set', 'wire0', 'up'],
  ])
    execFileSync('ip', ['link', ...args])
  try {
    await withNode(nodeKeys(provider, list), (node) => use({ ...node, attach: attachWith(node, network) }))
  } finally {
    execFileSync('ip', ['link', 'delete', UPLINK])
    for (const folder of FOLDERS) empty(folder)
  }
}

/** What a provider's plugins keep of a pod beyond what every plugin does. */
export function keptByProvider(): readonly string[] {
  const { leases, files } = leftovers(['/var/lib/cni/flannel', '/var/run/cilium/state'])
  return [...leases, ...files]
}

function attachWith(node: TestNode, network: string): ProviderNode['attach'] {
  const pod = (name: string) =>
    `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${name};K8S_POD_INFRA_CONTAINER_ID=${CONTAINER};K8S_POD_UID=`
  const env = { CNI_PATH: BIN_DIR, FAKE_PROVIDER_CONFIG: network }
  return (verb, name, options = {}) => node.call(verb, { args: pod(name), env, ...options })
}

// The example's own keys, less the way to a cluster, in whose place the node's folder is, and the example's journal.
function nodeKeys(provider: Provider, list: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { name, cniVersion, plugins } = JSON.parse(readFileSync(exampleOf(provider, '00-plexus.conflist'), 'utf8'))
  const { kubeconfig: _kubeconfig, agentSocket: _agentSocket, cniDir: _cniDir, ...keys } = plugins[0]
  const clusterNetwork = `${CONF_DIR}/${provider.file}`
  const delegateEnvironment = ['FAKE_PROVIDER_CONFIG']
  return { ...keys, name, cniVersion: list['cniVersion'] ?? cniVersion, clusterNetwork, delegateEnvironment }
}

function layPlugins(provider: Provider): void {
  mkdirSync(BIN_DIR, { recursive: true })
  for (const name of readdirSync(REFERENCE_PLUGINS)) symlinkSync(`${REFERENCE_PLUGINS}/${name}`, `${BIN_DIR}/${name}`)
  symlinkSync(PLEXUS, `${BIN_DIR}/plexus`)
  for (const name of provider.plugins) {
    const path = `${BIN_DIR}/${name}`
    rmSync(path, { force: true })
    const real = realPlugin(provider, name)
    if (real === undefined) layFake(path, name)
    else symlinkSync(real, path)
  }
}

/** Writes a program that is a provider's fake plugin of this name. */
export function layFake(path: string, name: string): void {
  writeFileSync(path, `#!/bin/sh\nexec ${BUN} ${FAKE} ${name}\n`, { mode: 0o755 })
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

// The folders themselves may be mounts.
function empty(folder: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`, { recursive: true, force: true })
}

import { execFileSync } from 'node:child_process'
import type { Step } from './driver.ts'

/** A network as its definition has it, and the interface that a pod gets of it. */
export type Network = {
  readonly name: string
  readonly ifName: string
  readonly plugins: readonly Readonly<Record<string, unknown>>[]
}

/** Which sandbox a call is for, and as which pod. */
export type Sandbox = { readonly containerId: string; readonly netns: string; readonly pod: string }

const CNI_VERSION = '1.0.0'
const PLUGINS = '/usr/lib/cni'
const MASTER = 'uplink0'

/**
 * The networks of the pod that everything is measured with: the default one, a bridge; a macvlan; a bridge and tuning.
 * That is four plugin runs, and three of host-local. Leases are kept in a folder on a disk, as on a node.
 */
export function threeNetworks(leases: string): readonly [Network, Network, Network] {
  execFileSync('ip', ['link', 'add', MASTER, 'type', 'veth', 'peer', 'name', `${MASTER}p`])
  for (const link of [MASTER, `${MASTER}p`]) execFileSync('ip', ['link', 'set', link, 'up'])
  const macvlan = { type: 'macvlan', master: MASTER, ipam: ipam(leases, 11) }
  const tuning = { type: 'tuning', sysctl: { 'net.core.somaxconn': '500' } }
  return [
    { name: 'default-net', ifName: 'eth0', plugins: [bridge(leases, 10)] },
    { name: 'vlan', ifName: 'net1', plugins: [macvlan] },
    { name: 'tuned', ifName: 'net2', plugins: [bridge(leases, 12), tuning] },
  ]
}

/** A bridge's plugin, with addresses of 10.<net>.0.0/16. */
export function bridge(leases: string, net: number): Network['plugins'][number] {
  return { type: 'bridge', bridge: `bench${net}`, ipam: ipam(leases, net) }
}

/** The configuration list that a network is. */
export function listOf({ name, plugins }: Network): object {
  return { cniVersion: CNI_VERSION, name, plugins }
}

/** The runs of a network's plugins at ADD, as libcni makes them; `first` is the number of the first one. */
export function addSteps(network: Network, sandbox: Sandbox, first: number): readonly Step[] {
  return network.plugins.map((plugin, index) => ({
    program: `${PLUGINS}/${plugin['type']}`,
    env: environment('ADD', sandbox, network.ifName),
    config: { cniVersion: CNI_VERSION, name: network.name, ...plugin },
    from: index === 0 ? undefined : first + index - 1,
  }))
}

/** The runs at DEL, given what the network's last plugin printed at ADD. */
export function delSteps(network: Network, sandbox: Sandbox, result: string): readonly Step[] {
  const prevResult: unknown = JSON.parse(result)
  return network.plugins.toReversed().map((plugin) => ({
    program: `${PLUGINS}/${plugin['type']}`,
    env: environment('DEL', sandbox, network.ifName),
    config: { cniVersion: CNI_VERSION, name: network.name, ...plugin, prevResult },
  }))
}

/** What a runtime sets for a plugin. */
export function environment(verb: string, sandbox: Sandbox, ifName: string): Readonly<Record<string, string>> {
  return {
    PATH: process.env['PATH'] ?? '',
    CNI_COMMAND: verb,
    CNI_CONTAINERID: sandbox.containerId,
    CNI_NETNS: sandbox.netns,
    CNI_IFNAME: ifName,
    CNI_PATH: PLUGINS,
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${sandbox.pod};K8S_POD_INFRA_CONTAINER_ID=${sandbox.containerId}`,
  }
}

function ipam(dataDir: string, net: number): object {
  return { type: 'host-local', subnet: `10.${net}.0.0/16`, dataDir }
}

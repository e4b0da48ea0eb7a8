import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AgentNode, nodePod, type RunningAgent, withAgentNode } from '../test/agent/agent-node.ts'
import { definition, PLEXUS, pod, REFERENCE_PLUGINS } from '../test/engine/plexus.ts'
import { createNetns, deleteNetns, type Netns } from '../test/node/namespaces.ts'
import { barePlugins, type Contender, metaPlugin, type Places, peer } from './contender.ts'
import { type Driver, makeDriver } from './driver.ts'
import { listOf, type Network, type Sandbox, threeNetworks } from './networks.ts'
import { type Daemon, startPeerDaemon } from './peer-daemon.ts'

/** Everything that is measured on: a cluster with a node in it, sandboxes, and those who attach them. */
export type Scene = {
  readonly cluster: AgentNode
  readonly agent: RunningAgent
  readonly drive: Driver
  /** On a disk; gone at the end. */
  readonly folder: string
  readonly networks: readonly [Network, Network, Network]
  /** Plexus' node configuration, without an agent. */
  readonly config: Readonly<Record<string, unknown>>
  readonly bare: Contender
  readonly plexus: { readonly agent: Contender; readonly direct: Contender; readonly files: Contender }
  readonly peers: readonly Contender[]
  /** A program of a peer that runs all the time; measured apart from those that run for a call. */
  readonly peerDaemon: Daemon | undefined
  readonly sandboxes: readonly Sandbox[]
}

/** Sets the scene with as many pods and sandboxes as are wanted, for the time `use` takes. */
export async function withScene(pods: number, use: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = mkdtempSync('/var/tmp/plexus-bench-')
  const netns: Netns[] = []
  try {
    const networks = threeNetworks(`${folder}/leases`)
    for (const name of ['conf', 'files', 'state', 'peer']) mkdirSync(`${folder}/${name}`)
    const defaultNetwork = `${folder}/conf/10-default.conflist`
    writeFileSync(defaultNetwork, JSON.stringify(listOf(networks[0])))
    const definitions = networks.slice(1).map((network) => definition(network.name, listOf(network)))
    const asked = networks
      .slice(1)
      .map(({ name }) => name)
      .join(',')
    for (const object of [pod('pod-0', asked), ...definitions])
      writeFileSync(`${folder}/files/${Object(object).metadata.name}.yaml`, JSON.stringify(object))
    await withAgentNode(nodeKeys(folder, defaultNetwork), async (cluster) => {
      cluster.api.apply(...definitions, ...Array.from({ length: pods }, (_, index) => nodePod(`pod-${index}`, asked)))
      for (let made = 0; made < pods; made += 1) netns.push(createNetns())
      const places = placesIn(folder, cluster, defaultNetwork)
      const peerDaemon = await startPeerDaemon(places)
      try {
        await use({
          cluster,
          agent: await cluster.startAgent(),
          drive: makeDriver(folder),
          folder,
          networks,
          ...contenders(cluster, networks, folder),
          peers: [...peer('PEER_THIN', places), ...peer('PEER_THICK', places)],
          peerDaemon,
          sandboxes: netns.map(({ path }, index) => ({
            containerId: `bench${index}`,
            netns: path,
            pod: `pod-${index}`,
          })),
        })
      } finally {
        peerDaemon?.end()
      }
    })
  } finally {
    for (const one of netns) deleteNetns(one)
    rmSync(folder, { recursive: true, force: true })
  }
}

function nodeKeys(folder: string, clusterNetwork: string): Readonly<Record<string, unknown>> {
  return { clusterNetwork, confDir: `${folder}/conf`, cniDir: `${folder}/state`, binDir: REFERENCE_PLUGINS }
}

function placesIn(folder: string, { api }: AgentNode, defaultNetwork: string): Places {
  return {
    KUBECONFIG: api.adminKubeconfig,
    DEFAULT_NETWORK: defaultNetwork,
    CONF_DIR: `${folder}/conf`,
    STATE: `${folder}/peer`,
  }
}

function contenders(
  { node }: AgentNode,
  networks: Scene['networks'],
  folder: string,
): Pick<Scene, 'bare' | 'plexus' | 'config'> {
  const { agentSocket: _, ...config } = node.config
  const files = { ...config, source: { files: `${folder}/files` } }
  return {
    config,
    bare: barePlugins(networks),
    plexus: {
      agent: metaPlugin('plexus with agent', PLEXUS, node.config, 'agent'),
      direct: metaPlugin('plexus without agent', PLEXUS, config),
      files: metaPlugin('plexus, files source', PLEXUS, files, undefined, () => 'pod-0'),
    },
  }
}

/** Puts back what a failed call may have left: a sandbox with no interface but its loopback. */
export function clear({ netns }: Sandbox): void {
  const name = netns.slice(netns.lastIndexOf('/') + 1)
  execFileSync('ip', ['netns', 'delete', name])
  execFileSync('ip', ['netns', 'add', name])
}

import { readNodeConfig } from '../attach/index.ts'
import {
  CniError,
  CODE,
  isJsonObject,
  type JsonObject,
  type NetworkFile,
  networkList,
  problemText,
  toJson,
} from '../cni/index.ts'

/** What the node configuration is made of; every path is the host's own. */
export type NodeConfigParts = {
  readonly type: string
  readonly defaultNetwork: NetworkFile
  readonly binDir: string
  readonly cniDir: string
  readonly kubeconfig?: string | undefined
  readonly agentSocket?: string | undefined
  readonly readinessIndicatorFile?: string | undefined
  /** Set where the runtime must not be told of every network (CRI-O takes every address for the pod's). */
  readonly result?: 'primary' | undefined
  /** Further keys, which go over the others. */
  readonly more?: JsonObject | undefined
}

/** The text of a node configuration, and what in it has no effect, or another one than it seems to. */
export type NodeConfigText = { readonly text: string; readonly warnings: readonly string[] }

// Whoever sets one of these means another way to say it, and would get half of what he wants.
const NOT_MORE = {
  type: '--type',
  clusterNetwork: '--default-network',
  delegates: '--default-network',
  plugins: '--default-network',
} as const

/**
 * The node's configuration as a network configuration list of one plugin, in the default network's version.
 * @throws CniError 7 where the further keys do not go, or what comes out is not a valid node configuration.
 */
export function nodeConfigText(parts: NodeConfigParts): NodeConfigText {
  const { defaultNetwork, more = {} } = parts
  for (const [key, flag] of Object.entries(NOT_MORE)) {
    if (Object.hasOwn(more, key))
      throw new CniError(CODE.invalidConfiguration, `--node-config: "${key}" is not said there but with ${flag}`)
  }
  const { cniVersion, name, ...rest } = more
  const head = { cniVersion: cniVersion ?? defaultNetwork.list.cniVersion, name: name ?? 'plexus-network' }
  const plugin = { ...generated(parts), ...rest }
  // What the runtime makes of it for the plugin.
  const { warnings } = readNodeConfig({ ...head, ...plugin })
  const list = { ...head, plugins: [plugin] }
  networkList(list, 'the node configuration')
  return { text: `${toJson(list, 2)}\n`, warnings: warnings.map(problemText) }
}

function generated(parts: NodeConfigParts): JsonObject {
  const capabilities = capabilitiesOf(parts.defaultNetwork)
  return {
    type: parts.type,
    clusterNetwork: parts.defaultNetwork.path,
    ...(Object.keys(capabilities).length > 0 ? { capabilities } : {}),
    binDir: parts.binDir,
    cniDir: parts.cniDir,
    ...(parts.kubeconfig ? { kubeconfig: parts.kubeconfig } : {}),
    ...(parts.agentSocket ? { agentSocket: parts.agentSocket } : {}),
    ...(parts.readinessIndicatorFile ? { readinessindicatorfile: parts.readinessIndicatorFile } : {}),
    ...(parts.result ? { result: parts.result } : {}),
  }
}

// The runtime sends what is declared here, and to the default network alone.
function capabilitiesOf({ list }: NetworkFile): JsonObject {
  const declared = list.plugins.flatMap(({ capabilities }) =>
    isJsonObject(capabilities) ? Object.keys(capabilities).filter((key) => capabilities[key] === true) : [],
  )
  return Object.fromEntries([...new Set(declared)].map((key) => [key, true]))
}

import { type ConfigFiles, folderPlugins, type NetworkList } from '../cni/index.ts'
import type { NodeConfig } from './node-config.ts'

/**
 * The list that `auxiliaryCNIChainName` appends to every pod's networks: the plugins of the folder of that name
 * beside the file `clusterNetwork` names. Undefined where the key is not set or the folder has none.
 */
export function auxiliaryChain(node: NodeConfig, files: ConfigFiles): NetworkList | undefined {
  const { auxiliaryCNIChainName: name, clusterNetwork, cniVersion } = node
  if (name === undefined || !clusterNetwork?.includes('/')) return undefined
  const plugins = folderPlugins(files, clusterNetwork, name)
  if (plugins.length === 0) return undefined
  return { name, cniVersion, plugins, disableCheck: false, disableGC: false, loadOnlyInlinedPlugins: false }
}

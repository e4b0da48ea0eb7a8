import {
  CniError,
  CODE,
  type ConfigFiles,
  delegateConfig,
  type JsonObject,
  networkFile,
  type PluginConfig,
} from '../cni/index.ts'

/**
 * The node configuration in a file of the folder that runtimes read, as a runtime sends it: the plugin of the list that
 * is Plexus, with the list's name and version.
 * @throws CniError 5, 6 or 7 that names the file; 7 where none of its plugins is Plexus.
 */
export function nodeConfigInFile(files: ConfigFiles, path: string): JsonObject {
  const { list } = networkFile(files, path)
  const plugin = list.plugins.find(isNodeConfig)
  if (plugin) return delegateConfig(list, plugin, {})
  throw new CniError(
    CODE.invalidConfiguration,
    `${path}: is no node configuration: none of its plugins has clusterNetwork or delegates`,
  )
}

// By what it says rather than by its type: Plexus may be called by any name.
function isNodeConfig(plugin: PluginConfig): boolean {
  return plugin['clusterNetwork'] !== undefined || plugin['delegates'] !== undefined
}

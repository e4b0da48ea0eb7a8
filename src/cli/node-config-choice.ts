import { type NodeConfig, nodeConfigInFile, readNodeConfig } from '../attach/index.ts'
import { CniError, CODE, type ConfigFiles, configFiles, type JsonObject } from '../cni/index.ts'
import { hostFiles } from '../host/index.ts'

/** The folder that runtimes read their network configurations from. */
export const CONF_DIR = '/etc/cni/net.d'

/** A node configuration, and the file it is from. */
export type ChosenNodeConfig = { readonly path: string; readonly config: JsonObject; readonly node: NodeConfig }

/**
 * The node configuration of a file, or, where none is named, of the first one of the runtime's folder that is a node
 * configuration.
 * @throws CniError 5, 6 or 7 that names the file; 110 where the folder has none.
 */
export function chosenNodeConfig(path: string | undefined): ChosenNodeConfig {
  if (path !== undefined) return nodeConfigAt(path)
  const found = installedNodeConfig(hostFiles, CONF_DIR)
  if (found) return found
  throw new CniError(
    CODE.networkNotFound,
    `${CONF_DIR} has no node configuration of Plexus; name one with --node-config, or run plexus install`,
  )
}

/** The first file of a folder that is a node configuration; undefined where none is. */
export function installedNodeConfig(files: ConfigFiles, folder: string): ChosenNodeConfig | undefined {
  for (const path of configFiles(files, folder)) {
    try {
      return nodeConfigAt(path, files)
    } catch (fault) {
      if (!(fault instanceof CniError)) throw fault
    }
  }
  return undefined
}

function nodeConfigAt(path: string, files: ConfigFiles = hostFiles): ChosenNodeConfig {
  const config = nodeConfigInFile(files, path)
  return { path, config, node: readNodeConfig(config).config }
}

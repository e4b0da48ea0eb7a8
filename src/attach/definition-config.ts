import {
  CniError,
  CODE,
  type ConfigFiles,
  type JsonObject,
  type NetworkList,
  networkFileNamed,
  networkList,
  type PluginConfig,
  parseJsonObject,
} from '../cni/index.ts'
import { type Definition, definitionName, hasConfig } from './definition.ts'

/**
 * The network of a definition (3.4.1): its `spec.config`, with the definition's name where that has none (3.4.2); or,
 * where it is empty, the configuration of the definition's name in `confDir`.
 * @param passedOver Told of files in `confDir` that are passed over because they are not valid.
 * @throws CniError 110 that says where it was looked for; 1, 5, 6 or 7 that names the definition or the file.
 */
export function definitionNetwork(
  definition: Definition,
  confDir: string,
  files: ConfigFiles,
  passedOver: (fault: CniError) => void,
): NetworkList {
  const { name } = definition
  if (hasConfig(definition)) return inlineNetwork(definition)
  const file = networkFileNamed(files, confDir, name, passedOver)
  if (file) return file.list
  throw new CniError(
    CODE.networkNotFound,
    `definition ${definitionName(definition)} has no spec.config, and no configuration in ${confDir} has the name "${name}"`,
  )
}

/** A network whose every plugin is told which device it is to take, under the two keys that plugins read. */
export function withDeviceId(network: NetworkList, deviceID: string): NetworkList {
  return withEachPlugin(network, (plugin) => ({ ...plugin, deviceID, pciBusID: deviceID }))
}

/** A network with each plugin's configuration replaced, and nothing else. */
export function withEachPlugin(network: NetworkList, replace: (plugin: PluginConfig) => PluginConfig): NetworkList {
  return { ...network, plugins: network.plugins.map((plugin) => replace(plugin)) }
}

function inlineNetwork(definition: Definition): NetworkList {
  const origin = `definition ${definitionName(definition)}: spec.config`
  const config = parseJsonObject(definition.config, origin)
  return networkList(named(config, definition.name), origin)
}

function named(config: JsonObject, name: string): JsonObject {
  const { name: own } = config
  return own === undefined || own === null || own === '' ? { ...config, name } : config
}

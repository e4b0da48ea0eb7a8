import {
  CniError,
  CODE,
  fromBase64,
  isJsonObject,
  type Json,
  type JsonObject,
  kindOf,
  parseJson,
  parseJsonObject,
} from '../cni/index.ts'
import { filledIn } from './multus-config.ts'

/** One delegate of a scratch file: Multus' `DelegateNetConf`, as its `pkg/types` writes it. */
export type MultusDelegate = {
  /** The network as its user knows it: `namespace/definition`, or the CNI network name. */
  readonly name: string
  /** The configuration its plugins were given, a list or a single plugin's. */
  readonly config: JsonObject
  /** Undefined where it is what Multus gives a delegate of its position. */
  readonly ifName: string | undefined
  /** What the scratch file knows of what the pod asked for; host ports and bandwidth are not in it. */
  readonly capabilityArgs: JsonObject
}

/**
 * The delegates of a scratch file, in the order they were attached in.
 * @throws CniError 6 where the file is truncated or foreign, or the configuration of a delegate cannot be found in it.
 */
export function parseScratch(text: string, origin: string): readonly MultusDelegate[] {
  const written = parseJson(text, origin)
  if (!Array.isArray(written) || written.length === 0)
    throw new CniError(
      CODE.decodingFailure,
      `${origin} is ${kindOf(written)}; expected a list of at least one delegate`,
    )
  return written.map((one: Json, index) => delegate(one, `${origin}: [${index}]`))
}

function delegate(written: Json, origin: string): MultusDelegate {
  if (!isJsonObject(written))
    throw new CniError(CODE.decodingFailure, `${origin} is ${kindOf(written)}; expected a delegate`)
  const config = configOf(written, origin)
  const name = textOf(written['Name']) ?? textOf(config['name']) ?? ''
  return {
    name,
    // 3.4.2: a definition's name is its network's, where the configuration has none.
    config: textOf(config['name']) === undefined ? { ...config, name: name.slice(name.indexOf('/') + 1) } : config,
    ifName: textOf(written['ifnameRequest']),
    capabilityArgs: capabilityArgs(written),
  }
}

// `Bytes` is what DEL gets in Multus. Of the lists of 4.2 and 4.3 it lacks every key that CNI does not define (Multus
// issue 1449); their `CNINetworkConfigList` is what ADD gave the plugins, but for a device's id and `cni-args`.
function configOf(written: JsonObject, origin: string): JsonObject {
  const bytes = textOf(written['Bytes'])
  const own = bytes === undefined ? typedConfig(written) : parseJsonObject(fromBase64(bytes), `${origin}.Bytes`)
  if (!own) throw new CniError(CODE.decodingFailure, `${origin}: has no configuration`)
  const fuller = libcniList(written['CNINetworkConfigList'], `${origin}.CNINetworkConfigList`)
  return fuller ? filledIn(own, fuller) : own
}

// What is left where there is no `Bytes`: the keys that CNI defines.
function typedConfig({ ConfList: list, Conf: single }: JsonObject): JsonObject | undefined {
  if (isJsonObject(list) && Array.isArray(list['plugins']) && list['plugins'].length > 0) return list
  return isJsonObject(single) && textOf(single['type']) !== undefined ? single : undefined
}

// libcni's `NetworkConfigList` has no names of its own for JSON: its fields have those of Go. The plugins of the list's
// sub-folder are among `Plugins`, and not in `Bytes`.
function libcniList(written: Json | undefined, origin: string): JsonObject | undefined {
  if (!isJsonObject(written)) return undefined
  const [bytes, plugins] = [textOf(written['Bytes']), written['Plugins']]
  if (bytes === undefined || !Array.isArray(plugins)) return undefined
  return {
    ...parseJsonObject(fromBase64(bytes), `${origin}.Bytes`),
    plugins: plugins.map((plugin: Json, index) => {
      const own = isJsonObject(plugin) ? textOf(plugin['Bytes']) : undefined
      return parseJsonObject(fromBase64(own ?? ''), `${origin}.Plugins[${index}].Bytes`)
    }),
  }
}

function capabilityArgs(written: JsonObject): JsonObject {
  const [mac, guid] = [textOf(written['macRequest']), textOf(written['infinibandGUIDRequest'])]
  const [ips, deviceID] = [written['ipRequest'], textOf(written['deviceID'])]
  return {
    ...(Array.isArray(ips) && ips.length > 0 ? { ips } : {}),
    ...(mac === undefined ? {} : { mac }),
    ...(guid === undefined ? {} : { infinibandGUID: guid }),
    ...(deviceID === undefined ? {} : { deviceID }),
  }
}

// Go writes an empty text for none.
function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

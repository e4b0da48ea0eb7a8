import { ridesOnAnother } from '../attach/index.ts'
import {
  atLeast,
  CniError,
  isSinglePlugin,
  type JsonObject,
  type NetworkList,
  networkList,
  networkListProblems,
  type PluginSource,
} from '../cni/index.ts'
import type { Facts } from './facts.ts'
import { listKeyRemarks } from './known-plugins.ts'
import { pluginRemarks } from './plugin-check.ts'
import { below, error, type Remark, warning } from './remark.ts'

/** A network's configuration read: what it means, where it can be read, and what there is to say of it. */
export type CheckedNetwork = { readonly network?: NetworkList; readonly remarks: readonly Remark[] }

// Of a refusal by its version: the place is said by whoever says what is refused.
const ORIGIN = 'it'

/** What is wrong with a network's configuration: a list, or a single plugin's. */
export function checkNetworkConfig(config: JsonObject, source: PluginSource, facts?: Facts): CheckedNetwork {
  const shape = networkListProblems(config, source).map(({ path, message }) => error('shape', path, message))
  if (shape.length > 0) return { remarks: shape }
  try {
    const network = networkList(config, ORIGIN, source)
    return { network, remarks: [...ownRemarks(config, network), ...allPluginRemarks(config, network, facts)] }
  } catch (fault) {
    if (!(fault instanceof CniError)) throw fault
    return { remarks: [error('cni-version', '', fault.msg.slice(`${ORIGIN}: `.length), 'cniVersion')] }
  }
}

/** The path of a plugin of a network, from its configuration. */
export function pluginPath(config: JsonObject, index: number): string {
  return isSinglePlugin(config) ? '' : `plugins[${index}]`
}

function ownRemarks(config: JsonObject, network: NetworkList): readonly Remark[] {
  const single = isSinglePlugin(config)
  return [...(single ? [] : listKeyRemarks(config)), ...versionRemarks(config, network), ...orderRemarks(network)]
}

function allPluginRemarks(config: JsonObject, { plugins }: NetworkList, facts?: Facts): readonly Remark[] {
  return plugins.flatMap((plugin, index) => below(pluginPath(config, index), pluginRemarks(plugin, facts)))
}

function versionRemarks(config: JsonObject, { cniVersion, plugins }: NetworkList): readonly Remark[] {
  const written = config['cniVersion'] ?? config['cniVersions']
  const has = (key: string): boolean => config[key] !== undefined && config[key] !== null
  const since = (version: Parameters<typeof atLeast>[1], path: string, what: string): readonly Remark[] =>
    atLeast(cniVersion, version)
      ? []
      : [warning('cni-version', path, `${what} from CNI ${version} on; this is ${cniVersion}`)]
  return [
    ...(written
      ? []
      : [warning('cni-version', '', 'cniVersion is missing, which means 0.1.0; add "cniVersion": "1.0.0"')]),
    ...(plugins.length > 1 ? since('0.3.0', 'cniVersion', 'a plugin is handed the result of the one before it') : []),
    ...(has('disableCheck') ? since('0.4.0', 'disableCheck', 'has an effect') : []),
    ...(has('disableGC') ? since('1.1.0', 'disableGC', 'has an effect') : []),
  ]
}

// A network of such plugins alone acts on what the networks before it made.
function orderRemarks(network: NetworkList): readonly Remark[] {
  const alone = network.plugins.map((plugin) => ridesOnAnother({ ...network, plugins: [plugin] }))
  if (alone.every((rides) => rides) || !alone[0]) return []
  const [first] = network.plugins
  const maker = network.plugins[alone.indexOf(false)]
  const fault = `${first?.type} comes first, but it changes an interface that ${maker?.type} makes only then`
  return [warning('chain', 'plugins[0].type', `${fault}; put it behind ${maker?.type}`)]
}

import { NO_KNOWLEDGE, type NodeConfig, nodeConfigProblems, nodeNetworks, readNodeConfig } from '../attach/index.ts'
import { CniError, isJsonObject, type Json, type JsonObject, networkListProblems } from '../cni/index.ts'
import type { Facts } from './facts.ts'
import { type Finding, findingsOf, type Subject } from './finding.ts'
import { checkNetworkConfig } from './network-check.ts'
import type { PlacedValue } from './placed-value.ts'
import { below, error, type Remark, warning } from './remark.ts'

/** A node configuration that was checked; without a configuration where it is invalid. */
export type CheckedNodeConfig = { readonly node?: NodeConfig; readonly findings: readonly Finding[] }

/** Checks a node configuration: the plugin's own object, or a list of that one, as `plexus install` writes it. */
export function checkNodeConfig(placed: PlacedValue, facts?: Facts): CheckedNodeConfig {
  const config = placed.value as JsonObject
  const subject: Subject = { placed, origin: 'the node configuration' }
  const list = config['plugins'] === undefined ? [] : networkListProblems(config)
  if (list.length > 0)
    return {
      findings: findingsOf(
        subject,
        list.map((one) => ({ ...shape(one) })),
      ),
    }
  const [place, plugin] = pluginIn(config)
  const problems = nodeConfigProblems(plugin).map(shape)
  if (problems.length > 0) return { findings: findingsOf(subject, below(place, problems)) }
  return readChecked(subject, place, plugin, facts)
}

function readChecked(subject: Subject, place: string, plugin: JsonObject, facts?: Facts): CheckedNodeConfig {
  try {
    const { config: node, warnings } = readNodeConfig(plugin)
    const remarks = [
      ...warnings.map(({ path, key, message }) => warning('unknown-key', path, message, key)),
      ...delegateRemarks(plugin, facts),
      ...(facts ? clusterNetworkRemarks(node, facts) : []),
    ]
    return { node, findings: findingsOf(subject, below(place, remarks)) }
  } catch (fault) {
    if (!(fault instanceof CniError)) throw fault
    const remark = error('cni-version', '', fault.msg.slice(`${subject.origin}: `.length), 'cniVersion')
    return { findings: findingsOf(subject, [remark]) }
  }
}

// What a runtime makes of the list for its plugin.
function pluginIn(config: JsonObject): readonly [string, JsonObject] {
  const { plugins, ...rest } = config
  const [only] = Array.isArray(plugins) ? (plugins as readonly Json[]) : []
  if (!isJsonObject(only)) return ['', config]
  const { name, cniVersion } = rest
  return ['plugins[0]', { ...only, name: name ?? '', ...(cniVersion === undefined ? {} : { cniVersion }) }]
}

function delegateRemarks({ clusterNetwork, delegates }: JsonObject, facts?: Facts): readonly Remark[] {
  if (clusterNetwork || !Array.isArray(delegates)) return []
  return (delegates as readonly Json[]).flatMap((delegate, index) =>
    isJsonObject(delegate) ? below(`delegates[${index}]`, checkNetworkConfig(delegate, 'inlined', facts).remarks) : [],
  )
}

// A name may be that of a definition in the cluster, of which nothing is known here.
function clusterNetworkRemarks(node: NodeConfig, { files }: Facts): readonly Remark[] {
  if (!node.clusterNetwork?.includes('/')) return []
  try {
    nodeNetworks({
      node: { ...node, defaultNetworks: [] },
      knowledge: NO_KNOWLEDGE,
      files,
      passedOver: () => undefined,
    })
    return []
  } catch (fault) {
    if (fault instanceof CniError) return [error('not-found', '', fault.msg, 'clusterNetwork')]
    throw fault
  }
}

function shape({
  path,
  message,
  key,
}: {
  readonly path: string
  readonly message: string
  readonly key?: string
}): Remark {
  return error('shape', path, message, key)
}

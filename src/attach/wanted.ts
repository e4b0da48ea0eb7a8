import { CniError } from '../cni/index.ts'
import type { DefinitionRef } from './definition.ts'
import type { NodeConfig } from './node-config.ts'
import { DEFAULT_NETWORK_ANNOTATION, NETWORKS_ANNOTATION, type Pod } from './pod.ts'
import { selections } from './selections.ts'

/** What of the node's configuration names definitions. */
export type NamingConfig = Pick<NodeConfig, 'clusterNetwork' | 'defaultNetworks' | 'multusNamespace'>

/** The definitions that the node's configuration may mean: those of the system namespace, of names that are no paths. */
export function definitionsOfNode(node: NamingConfig): readonly DefinitionRef[] {
  const { clusterNetwork, defaultNetworks, multusNamespace: namespace } = node
  if (clusterNetwork === undefined) return []
  const names = [clusterNetwork, ...defaultNetworks].filter((value) => !value.includes('/'))
  return names.map((name) => ({ namespace, name }))
}

/**
 * The definitions that a pod's annotations name. An annotation that cannot be read names none: the plan says what is
 * wrong with it.
 */
export function definitionsOfPod(pod: Pod, multusNamespace: string): readonly DefinitionRef[] {
  const keys = { [NETWORKS_ANNOTATION]: pod.namespace, [DEFAULT_NETWORK_ANNOTATION]: multusNamespace }
  return Object.entries(keys).flatMap(([key, namespace]) => {
    const annotation = pod.annotations[key]
    return annotation === undefined ? [] : readable(() => selections(annotation, namespace, key))
  })
}

function readable(read: () => readonly DefinitionRef[]): readonly DefinitionRef[] {
  try {
    return read().map(({ namespace, name }) => ({ namespace, name }))
  } catch (fault) {
    if (fault instanceof CniError) return []
    throw fault
  }
}

import { CniError, CODE, type InterfaceName } from '../cni/index.ts'
import { auxiliaryChain } from './auxiliary-chain.ts'
import { definedNetwork, inlinedNetwork, type Lookup, namedNetwork, type ResolvedNetwork } from './default-network.ts'
import { requirePermitted } from './isolation.ts'
import type { Chaining } from './node-config.ts'
import { DEFAULT_NETWORK_ANNOTATION, NETWORKS_ANNOTATION } from './pod.ts'
import type { Selection } from './selection.ts'
import { selections } from './selections.ts'

/** What wishes are read from. */
export type WishInput = Lookup & {
  /** The name the runtime gives the default network's interface: `CNI_IFNAME`. */
  readonly ifName: InterfaceName
}

/** Who asks for a network: a key of the node's configuration, the pod's annotation, the auxiliary chain. */
export type AskedBy =
  | { readonly kind: 'node'; readonly key: string }
  | { readonly kind: 'annotation'; readonly key: string; readonly index: number }
  | { readonly kind: 'auxiliary chain' }

/** A network with what a pod asks of it, before it has a name. */
export type Wish = ResolvedNetwork & {
  readonly askedBy: AskedBy
  readonly selection?: Selection | undefined
  readonly chaining?: Chaining
}

const NO_NETWORK = 'clusterNetwork or delegates: one of them must name a network'

/**
 * The networks that are to be attached, in order: the default network (6.2), the node's others, the pod's, the
 * auxiliary chain.
 * @throws CniError that says which annotation or key is at fault, and where was looked.
 */
export function wishes(input: WishInput): readonly [Wish, ...Wish[]] {
  const [first, ...rest] = nodeNetworks(input)
  if (!first) throw new CniError(CODE.invalidConfiguration, NO_NETWORK)
  return [defaultWish(input, first), ...rest, ...podWishes(input), ...auxiliaryWishes(input)]
}

/**
 * The default network that the node's configuration names.
 * @throws CniError as {@link plan}.
 */
export function defaultNetwork(lookup: Lookup): ResolvedNetwork {
  const [first] = nodeNetworks(lookup)
  if (first) return first
  throw new CniError(CODE.invalidConfiguration, NO_NETWORK)
}

/**
 * The networks that the node's configuration gives every pod, the default network first. `delegates` counts only
 * without `clusterNetwork`, `defaultNetworks` only with it, as in Multus, and not in `systemNamespaces`.
 * @throws CniError that names the key and where was looked.
 */
export function nodeNetworks(lookup: Lookup): readonly Wish[] {
  const { clusterNetwork, defaultNetworks, delegates, systemNamespaces } = lookup.node
  if (clusterNetwork === undefined)
    return delegates.map((config, index) => ({
      ...inlinedNetwork(config, index),
      askedBy: { kind: 'node', key: `delegates[${index}]` },
    }))
  const { pod } = lookup.knowledge
  const extra = pod && systemNamespaces.includes(pod.namespace) ? [] : defaultNetworks
  const named = (key: string, value: string): Wish => ({
    ...namedNetwork(lookup, key, value),
    askedBy: { kind: 'node', key },
  })
  return [
    named('clusterNetwork', clusterNetwork),
    ...extra.map((value, index) => named(`defaultNetworks[${index}]`, value)),
  ]
}

function podWishes(input: WishInput): readonly Wish[] {
  const pod = input.knowledge.pod
  const annotation = pod?.annotations[NETWORKS_ANNOTATION]
  if (!pod || annotation === undefined) return []
  return selections(annotation, pod.namespace, NETWORKS_ANNOTATION).map((selection, index) => {
    requirePermitted(selection, pod.namespace, input.node)
    const askedBy = { kind: 'annotation', key: NETWORKS_ANNOTATION, index } as const
    return { ...definedNetwork(input, selection), askedBy, selection }
  })
}

// Multus puts its pass-through plugin in front, so that the chain has a result to start from; the pod's own does as well.
function auxiliaryWishes({ node, files }: WishInput): readonly Wish[] {
  const network = auxiliaryChain(node, files)
  return network ? [{ name: network.name, network, askedBy: { kind: 'auxiliary chain' }, chaining: 'threaded' }] : []
}

function defaultWish(input: WishInput, configured: Wish): Wish {
  const pod = input.knowledge.pod
  const annotation = pod?.annotations[DEFAULT_NETWORK_ANNOTATION]
  if (!pod || annotation === undefined || annotation.trim() === '') return configured
  const { node, ifName } = input
  const [selection, ...others] = selections(annotation, node.multusNamespace, DEFAULT_NETWORK_ANNOTATION)
  if (!selection || others.length > 0)
    throw new CniError(
      CODE.invalidAnnotation,
      `annotation ${DEFAULT_NETWORK_ANNOTATION}: must name exactly one network`,
    )
  if (selection.interface !== undefined && selection.interface !== ifName)
    throw new CniError(
      CODE.invalidAnnotation,
      `annotation ${DEFAULT_NETWORK_ANNOTATION}: interface: the default network's interface is the runtime's, ${ifName}`,
    )
  // The system namespace is where default networks live: naming one of them leaves no namespace.
  if (selection.namespace !== node.multusNamespace) requirePermitted(selection, pod.namespace, node)
  const askedBy = { kind: 'annotation', key: DEFAULT_NETWORK_ANNOTATION, index: 0 } as const
  return { ...definedNetwork(input, selection), askedBy, selection }
}

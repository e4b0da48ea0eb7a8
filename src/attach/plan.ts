import {
  type CniArg,
  CniError,
  CODE,
  type InterfaceName,
  inContext,
  isJsonObject,
  type JsonObject,
  type NetworkList,
} from '../cni/index.ts'
import { auxiliaryChain } from './auxiliary-chain.ts'
import { capabilityArgs, requireCapabilities } from './capability-args.ts'
import { definedNetwork, inlinedNetwork, type Lookup, namedNetwork, type ResolvedNetwork } from './default-network.ts'
import { CHAINING_ANNOTATION, type DefinitionRef } from './definition.ts'
import { interfaceNames } from './interface-names.ts'
import { requirePermitted } from './isolation.ts'
import { withCniArgsMerged } from './merge-cni-args.ts'
import type { Chaining, NodeConfig } from './node-config.ts'
import { DEFAULT_NETWORK_ANNOTATION, NETWORKS_ANNOTATION } from './pod.ts'
import { ridesOnAnother } from './riding.ts'
import type { Selection } from './selection.ts'
import { selections } from './selections.ts'

/** What a plan is made from. */
export type PlanInput = Lookup & {
  /** The name the runtime gives the default network's interface: `CNI_IFNAME`. */
  readonly ifName: InterfaceName
}

/** One attachment that is to be made. */
export type PlannedAttachment = {
  /** The network as its user knows it: `namespace/definition`, or the CNI network name. */
  readonly name: string
  readonly network: NetworkList
  readonly ifName: InterfaceName
  readonly isDefault: boolean
  /** What is added to the runtime's `CNI_ARGS`. */
  readonly cniArgs: readonly CniArg[]
  readonly capabilityArgs: JsonObject
  /** Whether its first plugin gets the result of the networks before it. */
  readonly chaining: Chaining
  /** It makes no interface: `ifName` is one that a network before it makes. */
  readonly rides: boolean
  /** The gateways asked for; empty: the attachment keeps its own default routes, and the others' go (4.1.2.1.9). */
  readonly defaultRoute?: readonly string[] | undefined
  readonly definition?: DefinitionRef | undefined
}

/** Everything that is to be attached to a pod, in order, the default network first (6.2). */
export type Plan = { readonly attachments: readonly PlannedAttachment[] }

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
export function nodeNetworks(lookup: Lookup): readonly ResolvedNetwork[] {
  const { clusterNetwork, defaultNetworks, delegates, systemNamespaces } = lookup.node
  if (clusterNetwork === undefined) return delegates.map(inlinedNetwork)
  const { pod } = lookup.knowledge
  const extra = pod && systemNamespaces.includes(pod.namespace) ? [] : defaultNetworks
  return [
    namedNetwork(lookup, 'clusterNetwork', clusterNetwork),
    ...extra.map((value, index) => namedNetwork(lookup, `defaultNetworks[${index}]`, value)),
  ]
}

/** A network with what a pod asks of it, before it has a name. */
type Wish = ResolvedNetwork & { readonly selection?: Selection | undefined; readonly chaining?: Chaining }

/** A wish, and how it goes about it. */
type Decided = Wish & { readonly chaining: Chaining; readonly rides: boolean }

const NO_NETWORK = 'clusterNetwork or delegates: one of them must name a network'

/**
 * What is to be attached to a pod: pure, and the same for the same input.
 * @throws CniError that names the network, and in it what is wrong.
 */
export function plan(input: PlanInput): Plan {
  const wishes: readonly Wish[] = [...nodeNetworks(input), ...podWishes(input), ...auxiliaryWishes(input)]
  const [first, ...rest] = wishes
  if (!first) throw new CniError(CODE.invalidConfiguration, NO_NETWORK)
  const all = [defaultWish(input, first), ...rest].map((wish, index) => decided(input.node, wish, index === 0))
  requireOneDefaultRoute(all)
  const names = interfaceNames(
    input.ifName,
    all.map(({ name, selection, rides }) => ({ network: name, asked: selection?.interface, rides })),
  )
  return {
    attachments: all.map((wish, index) => attachment(input.node, wish, names[index] as InterfaceName, index === 0)),
  }
}

function podWishes(input: PlanInput): readonly Wish[] {
  const pod = input.knowledge.pod
  const annotation = pod?.annotations[NETWORKS_ANNOTATION]
  if (!pod || annotation === undefined) return []
  return selections(annotation, pod.namespace, NETWORKS_ANNOTATION).map((selection) => {
    requirePermitted(selection, pod.namespace, input.node)
    return { ...definedNetwork(input, selection), selection }
  })
}

// Multus puts its pass-through plugin in front, so that the chain has a result to start from; the pod's own does as well.
function auxiliaryWishes({ node, files }: PlanInput): readonly Wish[] {
  const network = auxiliaryChain(node, files)
  return network ? [{ name: network.name, network, chaining: 'threaded' }] : []
}

function defaultWish(input: PlanInput, configured: Wish): Wish {
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
  return { ...definedNetwork(input, selection), selection }
}

function decided(node: NodeConfig, wish: Wish, isDefault: boolean): Decided {
  const annotations = wish.definition?.annotations
  const chaining = wish.chaining ?? inContext({ network: wish.name }, () => chainingOf(node, annotations))
  return { ...wish, chaining, rides: !isDefault && chaining === 'threaded' && ridesOnAnother(wish.network) }
}

function requireOneDefaultRoute(wishes: readonly Wish[]): void {
  const asking = wishes.filter(({ selection }) => selection?.defaultRoute !== undefined).map(({ name }) => name)
  if (asking.length <= 1) return
  throw new CniError(
    CODE.invalidAnnotation,
    `default-route: only one network of a pod may have it, but ${asking.join(' and ')} do`,
  )
}

function attachment(node: NodeConfig, wish: Decided, ifName: InterfaceName, isDefault: boolean): PlannedAttachment {
  const { name, selection, definition, chaining, rides } = wish
  return inContext({ network: name, interface: ifName }, () => {
    const network = selection?.cniArgs ? withCniArgsMerged(wish.network, selection.cniArgs) : wish.network
    if (selection) requireCapabilities(network, selection)
    return {
      name,
      network,
      ifName,
      isDefault,
      cniArgs: selection ? legacyArgs(selection) : [],
      capabilityArgs: {
        // 7.5: what the runtime sends is for the default network alone.
        ...(isDefault && isJsonObject(node.runtimeConfig) ? node.runtimeConfig : {}),
        ...(selection ? capabilityArgs(selection) : {}),
      },
      chaining,
      rides,
      defaultRoute: selection?.defaultRoute,
      definition: definition && { namespace: definition.namespace, name: definition.name },
    }
  })
}

function chainingOf(node: NodeConfig, annotations: Readonly<Record<string, string>> | undefined): Chaining {
  const own = annotations?.[CHAINING_ANNOTATION]
  if (own === undefined) return node.chaining
  if (own === 'threaded' || own === 'isolated') return own
  throw new CniError(
    CODE.invalidConfiguration,
    `annotation ${CHAINING_ANNOTATION}: must be threaded or isolated, not ${JSON.stringify(own)}`,
  )
}

// Plugins from before runtimeConfig read these from CNI_ARGS, and Multus sets them. Several addresses have no form
// there that IPAM plugins agree on, so that only a single one is given.
function legacyArgs({ mac, ips }: Selection): readonly CniArg[] {
  const [only, ...more] = ips ?? []
  return [
    ...(mac !== undefined ? [['MAC', mac] as const] : []),
    ...(only !== undefined && more.length === 0 ? [['IP', only] as const] : []),
  ]
}

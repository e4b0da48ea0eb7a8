import {
  type CniArg,
  CniError,
  CODE,
  type InterfaceName,
  inContext,
  type JsonObject,
  type NetworkList,
} from '../cni/index.ts'
import { capabilityArgs, requireCapabilities } from './capability-args.ts'
import { CHAINING_ANNOTATION, type DefinitionRef } from './definition.ts'
import { withDeviceId } from './definition-config.ts'
import { type AllocatedDevice, type DeviceWish, deviceAllocation, resourceOf } from './device-allocation.ts'
import { interfaceNames } from './interface-names.ts'
import { withCniArgsMerged } from './merge-cni-args.ts'
import type { Chaining, NodeConfig } from './node-config.ts'
import { ridesOnAnother } from './riding.ts'
import type { Selection } from './selection.ts'
import { type AskedBy, type Wish, type WishInput, wishes } from './wish.ts'

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
  /** Who asks for it, and what is asked of it. */
  readonly askedBy: AskedBy
  readonly selection?: Selection | undefined
  /** The file of the node's that it is written in, where it is no definition's. */
  readonly file?: string | undefined
  /** The device it takes, and of which resource. */
  readonly device?: AllocatedDevice | undefined
}

/** Everything that is to be attached to a pod, in order, the default network first (6.2). */
export type Plan = { readonly attachments: readonly PlannedAttachment[] }

/** A wish, and how it goes about it. */
type Decided = Wish & {
  readonly chaining: Chaining
  readonly rides: boolean
  readonly device?: AllocatedDevice | undefined
}

/**
 * What is to be attached to a pod: pure, and the same for the same input.
 * @throws CniError that names the network, and in it what is wrong.
 */
export function plan(input: WishInput): Plan {
  const all = wishes(input).map((wish, index) => decided(input.node, wish, index === 0))
  requireOneDefaultRoute(all)
  const devices = deviceAllocation(all.map(deviceWish), input.knowledge.devices)
  const names = interfaceNames(
    input.ifName,
    all.map(({ name, selection, rides }) => ({ network: name, asked: selection?.interface, rides })),
  )
  const attachments = all.map((wish, index) =>
    attachment(input.node, { ...wish, device: devices[index] }, names[index] as InterfaceName, index === 0),
  )
  return { attachments }
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
  const { name, selection, definition, device, chaining, rides, askedBy, file } = wish
  return inContext({ network: name, interface: ifName }, () => ({
    name,
    network: configured(wish),
    ifName,
    isDefault,
    cniArgs: selection ? legacyArgs(selection) : [],
    capabilityArgs: {
      // 7.5: what the runtime sends is for the default network alone.
      ...(isDefault ? node.runtimeConfig : {}),
      ...(selection ? capabilityArgs(selection) : {}),
      ...(device ? { deviceID: device.deviceID } : {}),
    },
    chaining,
    rides,
    defaultRoute: selection?.defaultRoute,
    device,
    definition: definition && { namespace: definition.namespace, name: definition.name },
    askedBy,
    selection,
    file,
  }))
}

// A device of a definition's resource is in the configuration as well; one that only the pod names goes to plugins
// that declare the capability, as in Multus.
function configured({ network, selection, device }: Decided): NetworkList {
  const merged = selection?.cniArgs ? withCniArgsMerged(network, selection.cniArgs) : network
  if (selection) requireCapabilities(merged, selection)
  return device?.resource === undefined ? merged : withDeviceId(merged, device.deviceID)
}

function deviceWish({ name, selection, definition }: Decided): DeviceWish {
  return { network: name, resource: resourceOf(definition), deviceID: selection?.deviceID }
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

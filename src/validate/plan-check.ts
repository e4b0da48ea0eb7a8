import {
  DEFAULT_NETWORK_ANNOTATION,
  type Definition,
  type DefinitionRef,
  definedNetwork,
  definitionName,
  hasConfig,
  type Knowledge,
  type Lookup,
  NETWORKS_ANNOTATION,
  type NodeConfig,
  type Pod,
  plan,
  readSelections,
  requireCapabilities,
  requirePermitted,
  type Selection,
} from '../attach/index.ts'
import {
  CniError,
  CODE,
  type ConfigFiles,
  type ErrorCode,
  type InterfaceName,
  isCniError,
  type NetworkList,
} from '../cni/index.ts'
import { type Asked, type CheckedPlan, placeOf } from './asked.ts'
import { addressFaults, secondDefaultRoutes } from './plan-addresses.ts'
import type { Rule } from './remark.ts'

/** What the networks of a pod are checked with. */
export type PlanInput = {
  readonly pod: Pod
  /** The node's configuration, or one that stands in for it. */
  readonly node: NodeConfig
  readonly definitions: readonly Definition[]
  readonly namespacesOf: Knowledge['namespacesOf']
  /** Whether those are all there are, of what the pod names. */
  readonly isWhole: boolean
  readonly files: ConfigFiles
}

const RULE_OF: Readonly<Record<ErrorCode, Rule>> = {
  [CODE.networkNotFound]: 'not-found',
  [CODE.capabilityMissing]: 'capability',
  [CODE.notPermitted]: 'not-permitted',
}
// The keys of a selection that need a capability.
const CAPABILITY_KEYS = {
  ips: 'ips',
  mac: 'mac',
  infinibandGuid: 'infiniband-guid',
  portMappings: 'portMappings',
  bandwidth: 'bandwidth',
} as const
const IF_NAME = 'eth0' as InterfaceName

/** What is wrong with the networks a pod asks for, one by one, and then together, as an ADD would find it. */
export function checkPlan(input: PlanInput): readonly CheckedPlan[] {
  const lookup = lookupOf(input)
  const asked = [
    ...askedBy(DEFAULT_NETWORK_ANNOTATION, input.pod, input.node.multusNamespace),
    ...askedBy(NETWORKS_ANNOTATION, input.pod, input.pod.namespace),
  ]
  const found = asked.flatMap((one) => checkOne(one, lookup, input))
  const known = asked.every(({ selection }) => isReadable(selection, lookup))
  if (!known || found.some(({ severity }) => severity === 'error')) return found
  return [...found, ...together(lookup), ...secondDefaultRoutes(asked, lookup)]
}

function lookupOf({ pod, node, definitions, namespacesOf, files }: PlanInput): Lookup {
  return { node, files, passedOver: () => undefined, knowledge: { pod, definitions, namespacesOf } }
}

function askedBy(annotation: string, pod: Pod, namespace: string): readonly Asked[] {
  const reading = readSelections(pod.annotations[annotation] ?? '', namespace)
  const selections = reading.kind === 'read' ? reading.value : []
  const isDefault = annotation === DEFAULT_NETWORK_ANNOTATION
  return selections.map((selection, index) => ({
    annotation,
    index,
    selection,
    ifName: isDefault ? IF_NAME : (selection.interface ?? `net${index + 1}`),
  }))
}

function checkOne(asked: Asked, lookup: Lookup, input: PlanInput): readonly CheckedPlan[] {
  const { selection, ifName } = asked
  const { pod, node, definitions, isWhole } = input
  try {
    if (asked.annotation === NETWORKS_ANNOTATION || selection.namespace !== node.multusNamespace)
      requirePermitted(selection, pod.namespace, node)
    const known = definitions.find(isRef(selection))
    if (!known && !isWhole && !definitions.some(({ name }) => name === selection.name)) return [notHere(asked)]
    if (known && !hasConfig(known)) return []
    const { network, name } = definedNetwork(lookup, selection)
    try {
      requireCapabilities(network, selection)
    } catch (fault) {
      throw isCniError(fault) ? fault.within({ network: name, interface: ifName }) : fault
    }
    return addressFaults(asked, network)
  } catch (fault) {
    if (!isCniError(fault)) throw fault
    const rule = RULE_OF[fault.code]
    // Anything else is wrong with the definition, where it has been said.
    return rule
      ? [{ ...placeOf(asked), ...keyOf(fault, selection, lookup), severity: 'error', rule, message: fault.msg }]
      : []
  }
}

function notHere(asked: Asked): CheckedPlan {
  const name = definitionName(asked.selection)
  const message = `definition ${name} is not among what is validated: whether it has what is asked of it is not known`
  return { ...placeOf(asked), key: 'name', severity: 'warning', rule: 'not-found', message }
}

function keyOf({ code }: CniError, selection: Selection, lookup: Lookup): { readonly key?: string } {
  if (code === CODE.networkNotFound) return { key: 'name' }
  if (code !== CODE.capabilityMissing) return {}
  const { network } = definedNetwork(lookup, selection)
  const missing = Object.entries(CAPABILITY_KEYS).find(([name]) => lacks(network, selection, name as keyof Selection))
  return missing ? { key: missing[1] } : {}
}

function lacks(network: NetworkList, selection: Selection, key: keyof Selection): boolean {
  const { namespace, name } = selection
  if (selection[key] === undefined) return false
  try {
    requireCapabilities(network, { namespace, name, [key]: selection[key] })
    return false
  } catch (fault) {
    if (fault instanceof CniError) return true
    throw fault
  }
}

function together(lookup: Lookup): readonly CheckedPlan[] {
  try {
    plan({ ...lookup, ifName: IF_NAME })
    return []
  } catch (fault) {
    if (!(fault instanceof CniError)) throw fault
    return [{ annotation: NETWORKS_ANNOTATION, severity: 'error', rule: 'plan', message: fault.msg }]
  }
}

function isReadable(selection: Selection, lookup: Lookup): boolean {
  try {
    definedNetwork(lookup, selection)
    return true
  } catch (fault) {
    if (fault instanceof CniError) return false
    throw fault
  }
}

function isRef(ref: DefinitionRef): (other: DefinitionRef) => boolean {
  return ({ namespace, name }) => namespace === ref.namespace && name === ref.name
}

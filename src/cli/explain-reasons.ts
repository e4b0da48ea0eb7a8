import {
  CHAINING_ANNOTATION,
  DEFAULT_NETWORK_ANNOTATION,
  type Definition,
  type NodeConfig,
  type PlannedAttachment,
  RESOURCE_NAME_ANNOTATION,
} from '../attach/index.ts'
import { declaresCapability } from '../cni/index.ts'

/** What a decision of a plan was made from, beyond the plan. */
export type Grounds = {
  readonly node: NodeConfig
  /** The file of the node configuration; undefined where one stands in. */
  readonly nodePath: string | undefined
  readonly definitions: readonly Definition[]
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth']

/** Why an attachment is as it is planned: a line for each decision. */
export function reasonsOf(attachment: PlannedAttachment, grounds: Grounds): readonly string[] {
  return [
    askedReason(attachment, grounds),
    nameReason(attachment),
    configReason(attachment, grounds),
    ...chainingReason(attachment, grounds),
    ...capabilityReasons(attachment),
    ...argumentReasons(attachment),
    ...deviceReason(attachment, grounds),
    ...routeReason(attachment),
  ]
}

function askedReason({ askedBy, isDefault }: PlannedAttachment, { nodePath }: Grounds): string {
  switch (askedBy.kind) {
    case 'node': {
      const where = nodePath ?? 'a node configuration that stands in, there being none'
      return `${isDefault ? 'the default network, attached first' : 'for every pod'}: ${askedBy.key} of ${where}`
    }
    case 'annotation':
      if (askedBy.key === DEFAULT_NETWORK_ANNOTATION)
        return `the default network, attached first: the pod's annotation ${askedBy.key} replaces the node's`
      return `${ORDINALS[askedBy.index] ?? `number ${askedBy.index + 1}`} in the pod's annotation ${askedBy.key}`
    case 'auxiliary chain':
      return 'auxiliaryCNIChainName: runs last for every pod'
  }
}

function nameReason({ ifName, isDefault, rides, selection }: PlannedAttachment): string {
  if (isDefault) return `${ifName}: the name that the runtime gives (CNI_IFNAME)`
  const asked = selection?.interface !== undefined
  if (rides)
    return `${ifName}: its plugins make no interface but change one, ${asked ? 'the one the pod names' : "the default network's"}`
  return asked ? `${ifName}: the name that the pod asks for` : `${ifName}: by its position, the pod asking for no name`
}

function configReason({ definition, file, network }: PlannedAttachment, { definitions, node }: Grounds): string {
  const version = `CNI ${network.cniVersion}`
  if (!definition) return `configuration: ${file ?? 'in the node configuration itself'}, ${version}`
  const { namespace, name } = definition
  const found = definitions.find((one) => one.namespace === namespace && one.name === name)
  const isInline = found !== undefined && found.config.trim() !== ''
  const where = isInline ? 'spec.config of' : `the file of ${node.confDir} with the name of`
  return `configuration: ${where} definition ${namespace}/${name}, ${version}`
}

function chainingReason({ chaining, isDefault, definition, askedBy }: PlannedAttachment, grounds: Grounds) {
  if (isDefault) return []
  const found = grounds.definitions.find(
    (one) => one.namespace === definition?.namespace && one.name === definition?.name,
  )
  const because =
    askedBy.kind === 'auxiliary chain'
      ? 'as an auxiliary chain always is'
      : found?.annotations[CHAINING_ANNOTATION] !== undefined
        ? `says the definition's annotation ${CHAINING_ANNOTATION}`
        : grounds.node.raw['chaining'] !== undefined
          ? "says the node configuration's chaining"
          : `the default under type ${grounds.node.type}`
  return chaining === 'threaded'
    ? [`threaded (${because}): its first plugin is handed the merged result so far`]
    : [`isolated (${because}): its first plugin is handed no result`]
}

function capabilityReasons({ capabilityArgs, network }: PlannedAttachment): readonly string[] {
  return Object.keys(capabilityArgs).map((capability) => {
    const declaring = network.plugins.filter((plugin) => declaresCapability(plugin, capability)).map(({ type }) => type)
    const given =
      declaring.length > 0
        ? `${declaring.join(' and ')} declares it and gets it`
        : 'no plugin declares it: nobody gets it'
    return `${capability}: needs the capability; ${given}`
  })
}

function argumentReasons({ cniArgs, selection }: PlannedAttachment): readonly string[] {
  const legacy = cniArgs.map(([key, value]) => `${key}=${value}`).join(';')
  return [
    ...(legacy === '' ? [] : [`CNI_ARGS: ${legacy} is added, for plugins from before runtimeConfig`]),
    ...(selection?.ipamClaimReference === undefined
      ? []
      : [
          `ipam-claim-reference: ${selection.ipamClaimReference}, for an IPAM plugin that reads it from the annotation`,
        ]),
    ...(selection?.cniArgs ? ["cni-args: merged over each plugin's args.cni"] : []),
  ]
}

function deviceReason({ device, definition }: PlannedAttachment, { definitions }: Grounds): readonly string[] {
  const found = definitions.find((one) => one.namespace === definition?.namespace && one.name === definition?.name)
  const resource = found?.annotations[RESOURCE_NAME_ANNOTATION]
  if (device) return [`deviceID: ${device.deviceID}, which the pod names`]
  return resource ? [`deviceID: one of resource ${resource}, known when the kubelet has given the pod its devices`] : []
}

function routeReason({ defaultRoute }: PlannedAttachment): readonly string[] {
  if (defaultRoute === undefined) return []
  if (defaultRoute.length === 0) return ['default-route: keeps its own default routes, those of the others go']
  return [`default-route: by ${defaultRoute.join(' and ')}; the default routes of the same family go`]
}

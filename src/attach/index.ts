/**
 * The multi-network standard: what a pod's annotations, the definitions and the node's configuration mean. Pure: the
 * same input gives the same plan, and files reach it through the port that `cni` declares.
 */
export { requireCapabilities } from './capability-args.ts'
export { definedNetwork, type Lookup, type ResolvedNetwork } from './default-network.ts'
export {
  changedFamilies,
  type DefaultRoute,
  type DefaultRouteWish,
  type RouteChange,
  resultAfter,
  routeChange,
} from './default-route.ts'
export {
  CHAINING_ANNOTATION,
  type Definition,
  type DefinitionRef,
  definitionName,
  hasConfig,
  labelFault,
  RESOURCE_NAME_ANNOTATION,
} from './definition.ts'
export { type AllocatedDevice, resourcesWanted } from './device-allocation.ts'
export { requirePermitted } from './isolation.ts'
export { type Knowledge, NO_KNOWLEDGE } from './knowledge.ts'
export { nearestKey } from './nearest-key.ts'
export { type NetworkStatus, networkStatus, type StatusInput } from './network-status.ts'
export {
  type Chaining,
  type NodeConfig,
  type NodeConfigReading,
  nodeConfigProblems,
  readNodeConfig,
} from './node-config.ts'
export { nodeConfigInFile } from './node-config-file.ts'
export { type Plan, type PlannedAttachment, plan } from './plan.ts'
export { DEFAULT_NETWORK_ANNOTATION, NETWORKS_ANNOTATION, type Pod } from './pod.ts'
export { ridesOnAnother } from './riding.ts'
export type { Selection } from './selection.ts'
export { readSelections, selections } from './selections.ts'
export { definitionsOfNode, definitionsOfPod, type NamingConfig } from './wanted.ts'
export { type AskedBy, defaultNetwork, nodeNetworks } from './wish.ts'
export { judgeable, unknownKeys } from './written-object.ts'

import type { InterfaceName, JsonObject } from '../cni/index.ts'
import type { DefinitionRef } from './definition.ts'

/** One network a pod asks for, and what it asks of it (4.1.2.1). Values are spelled as the user spelled them. */
export type Selection = DefinitionRef & {
  readonly interface?: InterfaceName
  /** Addresses, with or without a prefix length; at least one. */
  readonly ips?: readonly string[]
  readonly mac?: string
  readonly infinibandGuid?: string
  /** To be merged over the plugins' own `args.cni`. */
  readonly cniArgs?: JsonObject
  readonly portMappings?: readonly PortMapping[]
  readonly bandwidth?: Bandwidth
  /** Gateways, at most one a family; empty: the attachment keeps its own default routes. */
  readonly defaultRoute?: readonly string[]
  readonly deviceID?: string
  readonly ipamClaimReference?: string
}

/** A port of the host that leads to one of the attachment's (4.1.2.1.7). */
export type PortMapping = {
  readonly hostPort: number
  readonly containerPort: number
  readonly protocol: string
  readonly hostIP?: string
}

/** Limits of an attachment (4.1.2.1.8): rates in bits a second, bursts in bits. */
export type Bandwidth = {
  readonly ingressRate?: number
  readonly ingressBurst?: number
  readonly egressRate?: number
  readonly egressBurst?: number
}

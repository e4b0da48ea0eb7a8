import { type Dns, type Interface, type Ip, isDefaultDestination, type JsonObject, type Result } from '../cni/index.ts'

/** One entry of `k8s.v1.cni.cncf.io/network-status` (5.3). */
export type NetworkStatus = {
  readonly name: string
  readonly interface?: string
  /** Addresses without prefix length, as Multus writes them. */
  readonly ips?: readonly string[]
  readonly mac?: string
  readonly mtu?: number
  /** Only ever true: readers take its absence for false, as Multus writes it. */
  readonly default?: true
  readonly dns: Dns
  /** What the DeviceInfo file of its device says (5.3.7). */
  readonly 'device-info'?: JsonObject
  /** The gateways of the default routes, under Multus' key and under the standard's (5.3.6.4). */
  readonly gateway?: readonly string[]
  readonly 'default-route'?: readonly string[]
}

/** What a status is made of: how the network is known, whether it is the default one, what it added, its device. */
export type StatusInput = {
  readonly name: string
  readonly isDefault: boolean
  /** The interface it was asked to make: what a result before CNI 0.3.0 leaves out. */
  readonly ifName: string
  readonly added: Result
  readonly deviceInfo?: JsonObject | undefined
}

/**
 * The status of one attachment: an entry for its interface in the sandbox, or one for each where it has several; one
 * that says no more than the name where it has none (5.1.1).
 */
export function networkStatus({ name, isDefault, ifName, added, deviceInfo }: StatusInput): readonly NetworkStatus[] {
  const { interfaces = [], ips = [], routes = [], dns = {} } = added
  const gateways = routes.flatMap(({ dst, gw }) => (gw && isDefaultDestination(dst) ? [gw] : []))
  const shared = {
    dns,
    ...(deviceInfo ? { 'device-info': deviceInfo } : {}),
    ...(gateways.length > 0 ? { gateway: gateways, 'default-route': gateways } : {}),
  }
  const ends = sandboxEnds(interfaces, ips)
  if (ends.length === 0) {
    const only = ips.length > 0 ? { interface: ifName, ...ipStatus(ips) } : {}
    return [{ name, ...only, ...defaultStatus(isDefault), ...shared }]
  }
  const first = Math.max(
    ends.findIndex((end) => end.ips.some(({ gateway }) => gateway)),
    0,
  )
  return ends.map((end, index) => ({
    name,
    ...endStatus(end),
    ...defaultStatus(isDefault && index === first),
    ...shared,
  }))
}

/** An interface in the sandbox, with its addresses. */
type SandboxEnd = { readonly one: Interface; readonly ips: readonly Ip[] }

// Addresses that name no interface are the last one's (Calico's are).
function sandboxEnds(interfaces: readonly Interface[], ips: readonly Ip[]): readonly SandboxEnd[] {
  const inSandbox = [...interfaces.entries()].filter(([, { sandbox }]) => sandbox)
  const last = inSandbox.at(-1)?.[0]
  return inSandbox.map(([index, one]) => ({
    one,
    ips: ips.filter((ip) => ip.interface === index || (ip.interface === undefined && index === last)),
  }))
}

function endStatus({ one: { name, mac, mtu }, ips }: SandboxEnd) {
  return { interface: name, ...ipStatus(ips), ...(mac ? { mac } : {}), ...(mtu ? { mtu } : {}) }
}

function ipStatus(ips: readonly Ip[]) {
  return ips.length > 0 ? { ips: ips.map(({ address }) => address.split('/')[0] ?? address) } : {}
}

// Of several interfaces of the default network the one with a gateway is it, as in Multus; never two (5.3.5).
function defaultStatus(isDefault: boolean): { readonly default?: true } {
  return isDefault ? { default: true } : {}
}

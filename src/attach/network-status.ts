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
  /** The gateways of the default routes, under Multus' key and under the standard's (5.3.6.4). */
  readonly gateway?: readonly string[]
  readonly 'default-route'?: readonly string[]
  /** What the DeviceInfo file of its device says (5.3.7). */
  readonly 'device-info'?: JsonObject
}

/** What a status is made of: how the network is known, whether it is the default one, what it added, its device. */
export type StatusInput = {
  readonly name: string
  readonly isDefault: boolean
  readonly added: Result
  readonly deviceInfo?: JsonObject | undefined
}

/**
 * The status of one attachment: an entry for its interface in the sandbox, or one for each where it has several; one
 * that says no more than the name where it has none (5.1.1).
 */
export function networkStatus({ name, isDefault, added, deviceInfo }: StatusInput): readonly NetworkStatus[] {
  const { interfaces = [], ips = [], routes = [], dns = {} } = added
  const gateways = routes.flatMap(({ dst, gw }) => (gw && isDefaultDestination(dst) ? [gw] : []))
  const shared = {
    dns,
    ...(gateways.length > 0 ? { gateway: gateways, 'default-route': gateways } : {}),
    ...(deviceInfo ? { 'device-info': deviceInfo } : {}),
  }
  const inSandbox = [...interfaces.entries()].filter(([, { sandbox }]) => sandbox)
  const last = inSandbox.at(-1)?.[0]
  const entries = inSandbox.map(([index, one]) => ({ ...interfaceStatus(one, index, ips, index === last), ...shared }))
  const all = entries.length > 0 ? entries : [{ ...ipStatus(ips), ...shared }]
  return all.map((entry, index) => ({ name, ...entry, ...(isDefault && index === 0 ? { default: true } : {}) }))
}

// Addresses that name no interface are the last one's (Calico's are).
function interfaceStatus({ name, mac, mtu }: Interface, index: number, ips: readonly Ip[], isLast: boolean) {
  const own = ips.filter((ip) => ip.interface === index || (ip.interface === undefined && isLast))
  return { interface: name, ...ipStatus(own), ...(mac ? { mac } : {}), ...(mtu ? { mtu } : {}) }
}

function ipStatus(ips: readonly Ip[]) {
  return ips.length > 0 ? { ips: ips.map(({ address }) => address.split('/')[0] ?? address) } : {}
}

import { canonicalAddress, canonicalCidr } from './address.ts'
import type { JsonObject } from './json.ts'
import type { Dns, Interface, Ip, Result, Route } from './result.ts'
import { NEWEST } from './version.ts'

/** The result of a pod without any attachment. */
export const EMPTY_RESULT: Result = { cniVersion: NEWEST }

/**
 * One result of several, in order: interfaces one after another with `ips[].interface` pointing where it pointed
 * before, addresses, routes and DNS united. What stands in both (an interface by name and sandbox, an address by
 * interface, a route by all it says) stands once, and an interface with what the later result says of it.
 */
export function mergeResults(results: readonly Result[]): Result {
  return results.reduce(merge, EMPTY_RESULT)
}

/**
 * What a network itself added: its result less what it was handed as `prevResult`. An old interface stays only
 * where a new address is on it.
 */
export function addedResult(handed: Result, returned: Result): Result {
  const interfaces = returned.interfaces ?? []
  const known = new Set((handed.interfaces ?? []).map(interfaceKey))
  const ipsBefore = new Set(ipKeys(handed))
  const routesBefore = new Set((handed.routes ?? []).map(routeKey))
  const ips = (returned.ips ?? []).filter((ip) => !ipsBefore.has(ipKey(ip, interfaces)))
  const kept = interfaces.flatMap((one, index) =>
    !known.has(interfaceKey(one)) || ips.some((ip) => ip.interface === index) ? [index] : [],
  )
  return compact({
    ...returned,
    interfaces: kept.flatMap((index) => interfaces[index] ?? []),
    ips: ips.map((ip) => pointed(ip, indexIn(kept, ip.interface))),
    routes: (returned.routes ?? []).filter((route) => !routesBefore.has(routeKey(route))),
    dns: dnsWithout(returned.dns ?? {}, handed.dns ?? {}),
  })
}

/** A result whose interfaces say what a later one says of them: what became of them in the rest of the chain. */
export function refreshedResult(result: Result, later: Result): Result {
  const latest = new Map((later.interfaces ?? []).map((one) => [interfaceKey(one), one]))
  const interfaces = (result.interfaces ?? []).map((one) => ({ ...one, ...latest.get(interfaceKey(one)) }))
  return compact({ ...result, interfaces })
}

/**
 * A secondary network's result in which every address names its interface, so that no runtime takes it for one of
 * eth0's: the interface the attachment was given, else its last one in the sandbox, else one made of the names alone.
 */
export function attributedResult(result: Result, ifName: string, sandbox: string): Result {
  const { ips = [], interfaces = [] } = result
  const isOwned = (ip: Ip): boolean => ip.interface !== undefined && interfaces[ip.interface] !== undefined
  if (ips.every(isOwned)) return result
  const inSandbox = interfaces.flatMap((one, index) => (one.sandbox ? [{ name: one.name, index }] : []))
  const owner = inSandbox.find(({ name }) => name === ifName) ?? inSandbox.at(-1)
  const index = owner?.index ?? interfaces.length
  return {
    ...result,
    interfaces: owner ? interfaces : [...interfaces, { name: ifName, sandbox }],
    ips: ips.map((ip) => (isOwned(ip) ? ip : { ...ip, interface: index })),
  }
}

function merge(sofar: Result, next: Result): Result {
  const interfaces = [...(sofar.interfaces ?? [])]
  const places = new Map(interfaces.map((one, index) => [interfaceKey(one), index]))
  const moved = (next.interfaces ?? []).map((one) => placeInterface(interfaces, places, one))
  const added = (next.ips ?? []).map((ip) => pointed(ip, ip.interface === undefined ? undefined : moved[ip.interface]))
  return compact({
    ...sofar,
    ...next,
    interfaces,
    ips: united([...(sofar.ips ?? []), ...added], (ip) => ipKey(ip, interfaces)),
    routes: united([...(sofar.routes ?? []), ...(next.routes ?? [])], routeKey),
    dns: mergeDns(sofar.dns ?? {}, next.dns ?? {}),
    cniVersion: NEWEST,
  })
}

// By their names: a result may have any number of them.
function placeInterface(interfaces: Interface[], places: Map<string, number>, one: Interface): number {
  const key = interfaceKey(one)
  const index = places.get(key) ?? interfaces.length
  places.set(key, index)
  interfaces[index] = { ...interfaces[index], ...one }
  return index
}

function mergeDns(sofar: Dns, next: Dns): Dns {
  const lists = (['nameservers', 'search', 'options'] as const).flatMap((key) => {
    const list = united([...(sofar[key] ?? []), ...(next[key] ?? [])], (entry) => entry)
    return list.length > 0 ? [[key, list] as const] : []
  })
  // A pod has one domain: the first network's.
  return { ...next, ...sofar, ...Object.fromEntries(lists) }
}

function dnsWithout(dns: Dns, handed: Dns): Dns {
  const added = Object.entries(dns).flatMap(([key, value]) => {
    const before = handed[key]
    if (!Array.isArray(value) || !Array.isArray(before))
      return JSON.stringify(value) === JSON.stringify(before) ? [] : [[key, value]]
    const rest = value.filter((entry) => !before.includes(entry))
    return rest.length > 0 ? [[key, rest]] : []
  })
  return Object.fromEntries(added)
}

function interfaceKey({ name, sandbox }: Interface): string {
  return JSON.stringify([sandbox ?? '', name])
}

function ipKeys({ ips = [], interfaces = [] }: Result): readonly string[] {
  return ips.map((ip) => ipKey(ip, interfaces))
}

function ipKey({ address, interface: index }: Ip, interfaces: readonly Interface[]): string {
  const cidr = canonicalCidr(address)
  const owner = index === undefined ? undefined : interfaces[index]
  return `${cidr ? `${cidr.address}/${cidr.prefix}` : address} ${owner ? interfaceKey(owner) : ''}`
}

function routeKey({ dst, gw, ...attributes }: Route): string {
  const cidr = canonicalCidr(dst)
  const gateway = gw ? (canonicalAddress(gw)?.address ?? gw) : ''
  const rest = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${cidr ? `${cidr.address}/${cidr.prefix}` : dst} ${gateway} ${JSON.stringify(rest)}`
}

// An index that points nowhere is left out: it would point at somebody else's interface after merging.
function pointed(ip: Ip, index: number | undefined): Ip {
  const { interface: _, ...rest } = ip
  return index === undefined ? rest : { ...rest, interface: index }
}

function indexIn(kept: readonly number[], index: number | undefined): number | undefined {
  const at = index === undefined ? -1 : kept.indexOf(index)
  return at < 0 ? undefined : at
}

function united<T>(entries: readonly T[], keyOf: (entry: T) => string): readonly T[] {
  const first = new Map<string, T>()
  for (const entry of entries) if (!first.has(keyOf(entry))) first.set(keyOf(entry), entry)
  return [...first.values()]
}

function compact(result: Result & JsonObject): Result {
  const { interfaces = [], ips = [], routes = [], dns = {}, ...rest } = result
  return {
    ...rest,
    ...(interfaces.length > 0 ? { interfaces } : {}),
    ...(ips.length > 0 ? { ips } : {}),
    ...(routes.length > 0 ? { routes } : {}),
    ...(Object.keys(dns).length > 0 ? { dns } : {}),
  }
}

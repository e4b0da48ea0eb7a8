import { canonicalCidr, type Family } from './address.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { type Interface, type Ip, isLegacyVersion, type Result, type Route, type VersionedResult } from './result.ts'
import { atLeast, type CniVersion, NEWEST } from './version.ts'

/** A converted result, and what its version has no place for, each in words: `ips[2] 10.0.0.3/24`. */
export type Conversion = { readonly result: VersionedResult; readonly lost: readonly string[] }

/** A result in another version's shape (SPEC, conventions of each version; libcni `GetAsVersion`). Never fails. */
export function convertResult(result: VersionedResult, to: CniVersion): Conversion {
  if (result.cniVersion === to) return { result, lost: [] }
  const { result: converted, lost } = fromNewest(newestResult(result), to)
  return { result: converted, lost: [...misplacedKeys(result), ...lost] }
}

/** A result in the newest shape: nothing is lost on the way up, keys we do not know stay, nulls are left out. */
export function newestResult(versioned: VersionedResult): Result {
  const raised = isLegacyVersion(versioned.cniVersion) ? fromLegacy(versioned) : versioned
  const { interfaces, ips, routes, dns, ...rest } = raised as Result
  return {
    ...rest,
    ...(interfaces ? { interfaces: interfaces.map((one) => withoutNulls(one, INTERFACE_KEYS)) } : {}),
    ...(ips ? { ips: ips.map((ip) => withoutKeys(withoutNulls(ip, IP_KEYS), ['version'])) } : {}),
    ...(routes ? { routes: routes.map((route) => withoutNulls(route, ROUTE_KEYS)) } : {}),
    ...(dns && Object.keys(dns).length > 0 ? { dns: withoutNulls(dns, DNS_KEYS) } : {}),
    cniVersion: NEWEST,
  }
}

/** A result after an edit that knows only the newest shape; it stays in its version. */
export function editResult(result: VersionedResult, edit: (result: Result) => Result): VersionedResult {
  if (isLegacyVersion(result.cniVersion)) return convertResult(edit(newestResult(result)), result.cniVersion).result
  // From 0.3.0 on the fields that edits touch have one shape, and a round trip could only lose keys.
  return { ...edit(result as Result), cniVersion: result.cniVersion }
}

function fromNewest(result: Result, to: CniVersion): Conversion {
  if (to === NEWEST) return { result, lost: [] }
  if (isLegacyVersion(to)) return toLegacy(result, to)
  const lost: string[] = []
  const { interfaces, ips, routes } = result
  const converted: Result = {
    ...result,
    ...(interfaces ? { interfaces: interfaces.map((one) => dropKeys(one, NEW_INTERFACE_KEYS, one.name, lost)) } : {}),
    ...(ips && !atLeast(to, '1.0.0') ? { ips: ips.map(withVersion) } : {}),
    ...(routes ? { routes: routes.map((route) => dropKeys(route, NEW_ROUTE_KEYS, `route ${route.dst}`, lost)) } : {}),
    // Results before 1.0.0 always have `dns` as libcni prints them.
    ...(atLeast(to, '1.0.0') ? {} : { dns: result.dns ?? {} }),
    cniVersion: to,
  }
  return { result: converted, lost }
}

// What CNI 1.1.0 added (SPEC 1.1.0, section 5 "Success").
const NEW_INTERFACE_KEYS = ['mtu', 'socketPath', 'pciID']
const NEW_ROUTE_KEYS = ['mtu', 'advmss', 'priority', 'table', 'scope']

// Keys that mean nothing in a legacy result, and something in the newest shape, where they would be taken for it.
const MISPLACED_KEYS = ['interfaces', 'ips', 'routes']
const MISPLACED_IP_KEYS = ['address', 'interface', 'version']
// The same on the way down.
const LEGACY_KEYS = ['ip4', 'ip6']
const LEGACY_IP_KEYS = ['ip', 'routes']

// The keys in which Go writes null for "none"; in a key we do not know, null may mean something.
const INTERFACE_KEYS = ['mac', 'sandbox', ...NEW_INTERFACE_KEYS]
const IP_KEYS = ['gateway', 'interface', 'version']
const ROUTE_KEYS = ['gw', ...NEW_ROUTE_KEYS]
const DNS_KEYS = ['nameservers', 'domain', 'search', 'options']

function dropKeys<T extends JsonObject>(entry: T, keys: readonly string[], what: string, lost: string[]): T {
  for (const key of keys) if (entry[key] !== undefined) lost.push(`${what}: ${key}`)
  return withoutKeys(entry, keys)
}

function withVersion(ip: Ip): Ip {
  return { version: String(familyOf(ip.address)), ...ip }
}

function misplacedKeys(result: VersionedResult): readonly string[] {
  if (!isLegacyVersion(result.cniVersion)) return []
  const { ip4, ip6 } = result
  return [
    ...MISPLACED_KEYS.filter((key) => key in result),
    ...MISPLACED_IP_KEYS.flatMap((key) =>
      [ip4, ip6].flatMap((ip) => (isJsonObject(ip) && key in ip ? [`ip: ${key}`] : [])),
    ),
  ]
}

function fromLegacy(legacy: VersionedResult): VersionedResult {
  const { ip4, ip6, ...rest } = withoutKeys(legacy, MISPLACED_KEYS)
  const found = [ip4, ip6].filter(isJsonObject)
  if (found.length === 0) return rest as VersionedResult
  const ips = found.map(({ ip, routes: _, ...others }) => ({
    address: ip as string,
    ...withoutKeys(others, MISPLACED_IP_KEYS),
  }))
  const routes = found.flatMap((entry) => (entry['routes'] as readonly Json[] | null | undefined) ?? [])
  return { ...rest, ips, ...(routes.length > 0 ? { routes } : {}) } as VersionedResult
}

function toLegacy(result: Result, to: CniVersion): Conversion {
  const lost: string[] = []
  const { interfaces = [], ips = [], routes = [], dns, ...rest } = dropKeys(result, LEGACY_KEYS, 'result', lost)
  lost.push(...interfaces.map((one: Interface) => `interface ${one.name}`))
  const kept = ([4, 6] as const).map((family) => ({ family, ip: ips.find((ip) => familyOf(ip.address) === family) }))
  lost.push(...ips.filter((ip) => !kept.some((entry) => entry.ip === ip)).map((ip) => `address ${ip.address}`))
  const entries = kept.flatMap(({ family, ip }) =>
    ip ? [[`ip${family}`, legacyIp(ip, routesOf(routes, family), lost)] as const] : [],
  )
  lost.push(...routes.filter((route) => !kept.some((k) => k.ip && k.family === familyOf(route.dst))).map(named))
  return { result: { ...rest, ...Object.fromEntries(entries), dns: dns ?? {}, cniVersion: to }, lost }
}

function legacyIp(ip: Ip, routes: readonly Route[], lost: string[]): JsonObject {
  const { address, interface: _index, version: _version, ...others } = dropKeys(ip, LEGACY_IP_KEYS, ip.address, lost)
  const kept = routes.map((route) => dropKeys(route, NEW_ROUTE_KEYS, named(route), lost))
  return { ip: address, ...others, ...(kept.length > 0 ? { routes: kept } : {}) }
}

const named = (route: Route): string => `route ${route.dst}`

const routesOf = (routes: readonly Route[], family: Family): readonly Route[] =>
  routes.filter((route) => familyOf(route.dst) === family)

// The text was judged when the result was read; what is not an IPv4 address is an IPv6 one.
function familyOf(cidr: string): Family {
  return canonicalCidr(cidr)?.family ?? 6
}

function withoutKeys<T extends JsonObject>(entry: T, keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.includes(key))) as T
}

function withoutNulls<T extends JsonObject>(entry: T, keys: readonly string[]): T {
  return withoutKeys(
    entry,
    keys.filter((key) => entry[key] === null),
  )
}

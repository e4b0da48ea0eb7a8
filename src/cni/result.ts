import { canonicalAddress, canonicalCidr } from './address.ts'
import { CniError, CODE } from './error.ts'
import { isLegacyResult, isResult } from './generated/validators.js'
import { isJsonObject, type Json, type JsonObject, kindOf } from './json.ts'
import { accepted, type Problem, problemsOf } from './problem.ts'
import { atLeast, type CniVersion, isCniVersion } from './version.ts'

/** An interface a plugin made or changed (SPEC 1.1.0, section 5 "Success"); keys we do not know stay. */
export type Interface = JsonObject & {
  readonly name: string
  readonly mac?: string
  readonly mtu?: number
  readonly sandbox?: string
  readonly socketPath?: string
  readonly pciID?: string
}

/** An address a plugin assigned: `address` is `ip/prefix`, `interface` an index into the result's interfaces. */
export type Ip = JsonObject & { readonly address: string; readonly gateway?: string; readonly interface?: number }

/** A route a plugin made. */
export type Route = JsonObject & { readonly dst: string; readonly gw?: string }

/** Name resolution a plugin asks for. */
export type Dns = JsonObject & {
  readonly nameservers?: readonly string[]
  readonly domain?: string
  readonly search?: readonly string[]
  readonly options?: readonly string[]
}

/** A result of any version, valid in its own shape, as the plugin wrote it. */
export type VersionedResult = JsonObject & { readonly cniVersion: CniVersion }

/** A result in the newest version's shape: what merging, status and routes work on. */
export type Result = VersionedResult & {
  readonly interfaces?: readonly Interface[]
  readonly ips?: readonly Ip[]
  readonly routes?: readonly Route[]
  readonly dns?: Dns
}

/** Whether results of a version have the shape with `ip4` and `ip6`. */
export function isLegacyVersion(version: CniVersion): boolean {
  return !atLeast(version, '0.3.0')
}

/**
 * The result a JSON value is, in the version it says, or else in the configuration's (libcni `fixupResultVersion`).
 * @throws CniError 101 that names the JSON path at fault.
 */
export function versionedResult(value: Json, configVersion: CniVersion, origin: string): VersionedResult {
  if (value !== null && !isJsonObject(value))
    throw new CniError(CODE.delegateResult, `${origin} is ${kindOf(value)}; expected a CNI result object`)
  const written = value?.['cniVersion']
  const cniVersion = typeof written === 'string' && written !== '' ? written : configVersion
  if (!isCniVersion(cniVersion))
    throw new CniError(CODE.delegateResult, `${origin}: cniVersion: "${cniVersion}" is not a version of CNI results`)
  const result: VersionedResult = { ...value, cniVersion }
  const problems = isLegacyVersion(cniVersion) ? legacyProblems(result) : resultProblems(result)
  return accepted(
    problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'read', value: result },
    CODE.delegateResult,
    origin,
  )
}

function resultProblems(result: VersionedResult): readonly Problem[] {
  const problems = [...problemsOf(isResult, result), ...dnsProblems(result)]
  if (problems.length > 0) return problems
  const { ips, routes } = result as Result
  return [
    ...(ips ?? []).flatMap((ip, i) => [
      ...cidrProblem(`ips[${i}].address`, ip.address),
      ...addressProblem(`ips[${i}].gateway`, ip.gateway),
    ]),
    ...routeProblems('routes', routes),
  ]
}

function legacyProblems(result: VersionedResult): readonly Problem[] {
  const problems = [...problemsOf(isLegacyResult, result), ...dnsProblems(result)]
  if (problems.length > 0) return problems
  return ['ip4', 'ip6'].flatMap((key) => {
    const ip = result[key]
    if (!isJsonObject(ip)) return []
    return [
      ...cidrProblem(`${key}.ip`, ip['ip'] as string),
      ...addressProblem(`${key}.gateway`, ip['gateway'] as string | null | undefined),
      ...routeProblems(`${key}.routes`, ip['routes'] as readonly Route[] | null | undefined),
    ]
  })
}

// A validator takes a number that is kept by its digits for an object; only `dns`, which needs no key, lets it pass.
function dnsProblems({ dns }: VersionedResult): readonly Problem[] {
  return kindOf(dns) === 'a number' ? [{ path: 'dns', message: 'must be an object' }] : []
}

function routeProblems(path: string, routes: readonly Route[] | null | undefined): readonly Problem[] {
  return (routes ?? []).flatMap((route, i) => [
    ...cidrProblem(`${path}[${i}].dst`, route.dst),
    ...addressProblem(`${path}[${i}].gw`, route.gw),
  ])
}

function cidrProblem(path: string, text: string): readonly Problem[] {
  return canonicalCidr(text) ? [] : [{ path, message: `"${text}" is not an address with a prefix length (ip/length)` }]
}

// Go reads an empty gateway as none.
function addressProblem(path: string, text: string | null | undefined): readonly Problem[] {
  if (text === undefined || text === null || text === '') return []
  return canonicalAddress(text) ? [] : [{ path, message: `"${text}" is not an IP address` }]
}

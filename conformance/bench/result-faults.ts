import {
  asCniError,
  atLeast,
  type CniVersion,
  canonicalAddress,
  canonicalCidr,
  isJsonObject,
  type Json,
  type JsonObject,
  versionedResult,
} from '../../src/cni/index.ts'

/** What is wrong with a result in the shape of its version, each in words. */
export function resultFaults(result: JsonObject, version: CniVersion): readonly string[] {
  const ofAddresses = atLeast(version, '0.3.0') ? ipVersionFaults(result, version) : []
  return [...versionFaults(result, version), ...shapeFaults(result, version), ...ofAddresses]
}

/** What is wrong with the version a result says it is of. */
export function versionFaults({ cniVersion }: JsonObject, version: CniVersion): readonly string[] {
  return cniVersion === version
    ? []
    : [`the result's cniVersion is ${JSON.stringify(cniVersion) ?? 'missing'}, the configuration's ${version}`]
}

/** What is wrong with the fields of a result, whatever it says its version is. */
export function shapeFaults(result: JsonObject, version: CniVersion): readonly string[] {
  return [...readFaults(result, version), ...(atLeast(version, '0.3.0') ? currentFaults(result) : legacyFaults(result))]
}

/** What is wrong with the `version` of each address: 0.3.0 to 0.4.0 have it, 1.0.0 and later do not. */
export function ipVersionFaults(result: JsonObject, version: CniVersion): readonly string[] {
  return entriesOf(result, 'ips').flatMap(({ version: written, address }, at) => {
    const family = canonicalCidr(String(address))?.family
    const expected = atLeast(version, '1.0.0') ? undefined : String(family)
    if (written === expected) return []
    const right = expected === undefined ? `has no place in ${version}` : `must be "${expected}" in ${version}`
    return [`ips[${at}].version is ${JSON.stringify(written) ?? 'missing'}; it ${right}`]
  })
}

/** The objects of a list in a result; none where there is no such list. */
export function entriesOf(result: JsonObject, key: string): readonly JsonObject[] {
  const list = result[key]
  return Array.isArray(list) ? (list as readonly Json[]).filter(isJsonObject) : []
}

function readFaults(result: JsonObject, version: CniVersion): readonly string[] {
  try {
    versionedResult({ ...result, cniVersion: version }, version, 'the result')
    return []
  } catch (fault) {
    const { msg, details } = asCniError(fault)
    return [msg, ...(details?.split('\n') ?? [])]
  }
}

function currentFaults(result: JsonObject): readonly string[] {
  return [
    ...['ip4', 'ip6'].filter((key) => key in result).map((key) => `${key} has no place in a result since 0.3.0`),
    ...entriesOf(result, 'interfaces').flatMap(interfaceFaults),
    ...entriesOf(result, 'ips').flatMap(ipFaults),
    ...entriesOf(result, 'routes').flatMap(routeFaults),
  ]
}

function legacyFaults(result: JsonObject): readonly string[] {
  return ['interfaces', 'ips', 'routes']
    .filter((key) => key in result)
    .map((key) => `${key} has no place in a result before 0.3.0`)
}

function interfaceFaults({ name, mac }: JsonObject, at: number): readonly string[] {
  const isMac = mac === undefined || mac === '' || /^([0-9a-f]{2}:)+[0-9a-f]{2}$/i.test(String(mac))
  return [
    ...(typeof name === 'string' && name !== '' ? [] : [`interfaces[${at}].name is empty`]),
    ...(isMac ? [] : [`interfaces[${at}].mac ${JSON.stringify(mac)} is no hardware address`]),
  ]
}

function ipFaults({ address, gateway }: JsonObject, at: number): readonly string[] {
  return sameFamily(`ips[${at}].gateway`, gateway, String(address))
}

function routeFaults({ dst, gw }: JsonObject, at: number): readonly string[] {
  return sameFamily(`routes[${at}].gw`, gw, String(dst))
}

function sameFamily(path: string, gateway: Json | undefined, cidr: string): readonly string[] {
  if (typeof gateway !== 'string' || gateway === '') return []
  const family = canonicalAddress(gateway)?.family
  return family === canonicalCidr(cidr)?.family ? [] : [`${path} ${gateway} is not of the family of ${cidr}`]
}

import { judgeable, unknownKeys } from '../attach/index.ts'
import { isJsonObject, type Json, type JsonObject, problemsOf, type Validator } from '../cni/index.ts'
import * as validators from './generated/validators.js'
import type { Remark } from './remark.ts'
import * as schemas from './schemas.ts'

/** What a schema says of an object's keys, as far as it is read here. */
type Schema = {
  readonly type?: unknown
  readonly enum?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

/** A plugin whose own keys are known. */
type Known = { readonly schema: Schema; readonly isValid: Validator }

const PLUGINS: Readonly<Record<string, Known>> = {
  bridge: { schema: schemas.bridgeSchema, isValid: validators.isBridge },
  macvlan: { schema: schemas.macvlanSchema, isValid: validators.isMacvlan },
  ipvlan: { schema: schemas.ipvlanSchema, isValid: validators.isIpvlan },
  ptp: { schema: schemas.ptpSchema, isValid: validators.isPtp },
  'host-device': { schema: schemas.hostDeviceSchema, isValid: validators.isHostDevice },
  vlan: { schema: schemas.vlanSchema, isValid: validators.isVlan },
  vrf: { schema: schemas.vrfSchema, isValid: validators.isVrf },
  tuning: { schema: schemas.tuningSchema, isValid: validators.isTuning },
  portmap: { schema: schemas.portmapSchema, isValid: validators.isPortmap },
  bandwidth: { schema: schemas.bandwidthSchema, isValid: validators.isBandwidth },
  sbr: { schema: schemas.sbrSchema, isValid: validators.isSbr },
  firewall: { schema: schemas.firewallSchema, isValid: validators.isFirewall },
  loopback: { schema: schemas.loopbackSchema, isValid: validators.isLoopback },
  dummy: { schema: schemas.dummySchema, isValid: validators.isDummy },
}

const IPAM_PLUGINS: Readonly<Record<string, Known>> = {
  'host-local': { schema: schemas.hostLocalSchema, isValid: validators.isHostLocal },
  static: { schema: schemas.staticSchema, isValid: validators.isStatic },
  dhcp: { schema: schemas.dhcpSchema, isValid: validators.isDhcp },
}

/** What is wrong with the keys of a plugin's configuration; nothing where its plugin is not a reference plugin. */
export function pluginKeyRemarks(plugin: JsonObject): readonly Remark[] {
  return keyRemarks(plugin, PLUGINS, 'plugin')
}

/** What is wrong with the keys of an `ipam` object; nothing where its plugin is not a reference plugin. */
export function ipamKeyRemarks(ipam: JsonObject): readonly Remark[] {
  return keyRemarks(ipam, IPAM_PLUGINS, 'ipam plugin')
}

/** What is wrong with a list's own keys. */
export function listKeyRemarks(list: JsonObject): readonly Remark[] {
  return strangers(schemas.listSchema, spelled(list, schemas.listSchema), '', 'a network configuration list')
}

function keyRemarks(object: JsonObject, known: Readonly<Record<string, Known>>, what: string): readonly Remark[] {
  const { type } = object
  const plugin = typeof type === 'string' && Object.hasOwn(known, type) ? known[type] : undefined
  if (!plugin) return []
  const read = spelled(object, plugin.schema)
  const wrong = problemsOf(plugin.isValid, judgeable(read)).map(
    (problem): Remark => ({ ...problem, rule: 'shape', severity: 'error' }),
  )
  return [...wrong, ...strangers(plugin.schema, read, '', `${what} ${type}`)]
}

// Go reads a key in whatever case it is written.
function spelled(object: JsonObject, { properties = {} }: Schema): JsonObject {
  const keys = Object.keys(properties)
  const entries = Object.entries(object).map(([key, value]): readonly [string, Json] => {
    if (keys.includes(key)) return [key, value]
    const read = keys.find((one) => one.toLowerCase() === key.toLowerCase() && !Object.hasOwn(object, one))
    return [read ?? key, value]
  })
  return Object.fromEntries(entries)
}

function strangers({ properties, items }: Schema, value: Json, path: string, reader: string): readonly Remark[] {
  if (Array.isArray(value) && items)
    return value.flatMap((one: Json, index) => strangers(items, one, `${path}[${index}]`, reader))
  if (!isJsonObject(value) || !properties) return []
  const unknown = unknownKeys(value, Object.keys(properties), path, reader).map(
    (problem): Remark => ({ ...problem, rule: 'unknown-key', severity: 'warning' }),
  )
  const nested = Object.entries(properties).flatMap(([key, schema]) => {
    const inner = value[key]
    return inner === undefined ? [] : strangers(schema, inner, path === '' ? key : `${path}.${key}`, reader)
  })
  return [...unknown, ...nested]
}

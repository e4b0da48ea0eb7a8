import { existsSync, statSync } from 'node:fs'
import {
  CniError,
  CODE,
  findPlugin,
  isJsonObject,
  type JsonObject,
  type NetworkList,
  networkList,
  type PluginConfig,
  parseJsonObject,
} from '../src/cni/index.ts'
import { hostExec, hostFiles } from '../src/host/index.ts'
import type { Kind } from './kind.ts'

/** The plugin under test, and the network configuration it is a link of. */
export type Subject = {
  /** The name of its executable. */
  readonly type: string
  /** The path of its executable. */
  readonly path: string
  readonly kind: Kind
  readonly network: NetworkList
  /** Which of the network's plugins it is; of an IPAM plugin, the one that calls it. */
  readonly at: number
  readonly pluginFolders: readonly string[]
  /** What a runtime would pass on: each plugin gets the capabilities it declares. */
  readonly capabilityArgs: JsonObject
  /** A script that is run in a machine of its own before each case; makes what the plugin needs there. */
  readonly setup?: string
  /** The interface that a runtime would ask for. */
  readonly ifName: string
  /** How long one run of a plugin may take. */
  readonly timeoutMs: number
  /** The command that is Plexus as a plugin. */
  readonly plexus: readonly [string, ...string[]]
}

/** What a vendor says of the plugin to test. */
export type SubjectOptions = {
  /** Path of a network configuration list, or of a single plugin's configuration. */
  readonly config: string
  /** The folders plugins are looked for in. */
  readonly binDirs: readonly string[]
  /** The type of the plugin to test; the last of the list unless given. */
  readonly plugin?: string
  readonly kind?: Kind
  readonly capabilityArgs?: JsonObject
  readonly setup?: string
  /** The interface to ask for: `eth0` unless given, `lo` of loopback. */
  readonly ifName?: string
  readonly timeoutMs?: number
  /** The command that is Plexus as a plugin, for running the other one in its chain. */
  readonly plexus: readonly [string, ...string[]]
}

/**
 * Finds the plugin to test in a configuration, and its executable.
 * @throws CniError with what is wrong with the configuration, or that there is no such executable.
 */
export function readSubject(options: SubjectOptions): Subject {
  const network = networkList(parseJsonObject(hostFiles.read(options.config), options.config), options.config)
  const { at, type, isIpam } = place(network, options)
  const path = executable(type, options.binDirs)
  if (options.setup !== undefined && !existsSync(options.setup))
    throw new CniError(CODE.ioFailure, `${options.setup}: no such file; --setup names a shell script`)
  return {
    type,
    path,
    kind: options.kind ?? (isIpam ? 'ipam' : at === 0 ? 'main' : 'meta'),
    network,
    at,
    pluginFolders: options.binDirs,
    capabilityArgs: options.capabilityArgs ?? {},
    ...(options.setup === undefined ? {} : { setup: options.setup }),
    ifName: options.ifName ?? (type === 'loopback' ? 'lo' : 'eth0'),
    timeoutMs: options.timeoutMs ?? 15_000,
    plexus: options.plexus,
  }
}

/** The configuration of the plugin under test; of an IPAM plugin, that of the plugin which calls it. */
export function subjectConfig({ network, at }: Subject): PluginConfig {
  return network.plugins[at] as PluginConfig
}

type Place = { readonly at: number; readonly type: string; readonly isIpam: boolean }

function place({ plugins }: NetworkList, { plugin, kind, config }: SubjectOptions): Place {
  const places = plugins.flatMap((one, at): Place[] => {
    const ipam = isJsonObject(one['ipam']) ? one['ipam']['type'] : undefined
    const itself: Place = { at, type: one.type, isIpam: false }
    return typeof ipam === 'string' ? [{ at, type: ipam, isIpam: true }, itself] : [itself]
  })
  const wanted = places.filter(
    ({ type, isIpam }) => (plugin ?? type) === type && (plugin !== undefined || isIpam === (kind === 'ipam')),
  )
  const found = wanted.at(-1)
  if (found !== undefined) return found
  const known = places.map(({ type }) => type).join(', ')
  throw new CniError(CODE.invalidConfiguration, `${config}: has no plugin ${plugin ?? 'of that kind'}; it has ${known}`)
}

function executable(type: string, binDirs: readonly string[]): string {
  const path = findPlugin({ exec: hostExec(), pluginFolders: binDirs }, { type })
  if ((statSync(path).mode & 0o111) !== 0) return path
  throw new CniError(CODE.delegateMissing, `${path}: is not executable (chmod +x ${path})`)
}

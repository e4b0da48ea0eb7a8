import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** A network configuration list, or what a single plugin's configuration makes as one. */
export type FakeList = {
  readonly name: string
  readonly cniVersion: string
  readonly plugins: readonly Readonly<Record<string, unknown>>[]
}

/** What a container runtime called the fake Multus with. */
export type FakeMultus = {
  readonly cniDir: string
  readonly pluginFolders: readonly string[]
  readonly containerId: string
  readonly netns: string
  readonly ifName: string
  readonly cniArgs: readonly (readonly [string, string])[]
  /** What the runtime sends for the default network. */
  readonly runtimeConfig?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

/** One delegate of a scratch file, as far as a Multus reads it at DEL. */
export type FakeDelegate = {
  readonly Name: string
  readonly ConfList: { readonly plugins?: readonly unknown[] }
  readonly CNINetworkConfigList?: { readonly Bytes: string | null }
  readonly ifnameRequest?: string
  readonly macRequest?: string
  readonly ipRequest?: readonly string[]
  readonly deviceID?: string
  readonly Bytes: string
}

/** The list in a text of base64. */
export function fakeList(bytes: string): FakeList {
  const config = JSON.parse(Buffer.from(bytes, 'base64').toString()) as FakeList & Record<string, unknown>
  return config.plugins ? config : { name: config.name, cniVersion: config.cniVersion, plugins: [config] }
}

/** The name Multus gives the interface of a delegate. */
export function fakeIfName({ ifName }: FakeMultus, { ifnameRequest }: FakeDelegate, index: number): string {
  return ifnameRequest ?? (index === 0 ? ifName : `net${index}`)
}

/** The capability arguments Multus makes of a delegate; those of the pod are not for the default network. */
export function fakeCapabilityArgs({ runtimeConfig }: FakeMultus, one: FakeDelegate, index: number): object {
  if (index === 0) return { ...runtimeConfig }
  const { ipRequest: ips, macRequest: mac, deviceID } = one
  return { ...runtimeConfig, ...(ips && { ips }), ...(mac && { mac }), ...(deviceID && { deviceID }) }
}

/** Runs one plugin as libcni does, and gives what it printed. */
export function runFakePlugin(
  multus: FakeMultus,
  verb: string,
  list: FakeList,
  plugin: FakeList['plugins'][number],
  given: {
    readonly ifName: string
    readonly prevResult: unknown
    readonly capabilityArgs: object
    readonly cniArgs?: FakeMultus['cniArgs']
  },
): unknown {
  const path = multus.pluginFolders.map((folder) => `${folder}/${plugin['type']}`).find(existsSync)
  const capabilities = (plugin['capabilities'] ?? {}) as Record<string, boolean>
  const runtimeConfig = Object.fromEntries(Object.entries(given.capabilityArgs).filter(([key]) => capabilities[key]))
  const { name, cniVersion } = list
  const input = {
    ...plugin,
    name,
    cniVersion,
    ...(given.prevResult ? { prevResult: given.prevResult } : {}),
    ...(Object.keys(runtimeConfig).length > 0 ? { runtimeConfig } : {}),
  }
  const printed = execFileSync(String(path), {
    input: JSON.stringify(input),
    encoding: 'utf8',
    env: {
      ...multus.env,
      PATH: process.env['PATH'],
      CNI_COMMAND: verb,
      CNI_CONTAINERID: multus.containerId,
      CNI_NETNS: multus.netns,
      CNI_IFNAME: given.ifName,
      CNI_PATH: multus.pluginFolders.join(':'),
      CNI_ARGS: (given.cniArgs ?? multus.cniArgs).map((pair) => pair.join('=')).join(';'),
    },
  })
  return printed.trim() === '' ? undefined : JSON.parse(printed)
}

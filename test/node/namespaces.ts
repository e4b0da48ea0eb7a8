import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A network namespace that `ip netns` knows. */
export type Netns = { readonly name: string; readonly path: string }

/** What `ip -json -details link` says of an interface; `kind` is that of the kernel, such as `veth`. */
export type Link = {
  readonly name: string
  readonly index: number
  readonly mac: string
  readonly mtu: number
  readonly up: boolean
  readonly kind: string | undefined
  /** The bridge or other interface it is a port of. */
  readonly master: string | undefined
}

/** A route of the main table, destination and gateway as `ip` prints them: `default`, `10.1.0.0/16`. */
export type Route = {
  readonly destination: string
  readonly gateway: string | undefined
  readonly device: string
}

/** What attachments leave in the host when they are not undone, each list sorted, for comparing before with after. */
export type Leftovers = {
  readonly links: readonly string[]
  readonly namespaces: readonly string[]
  /** Addresses that host-local holds reserved, as `network/address`. */
  readonly leases: readonly string[]
  /** The nftables rule set without its counters, those of iptables included. */
  readonly rules: string
  /** Every file below the given folders. */
  readonly files: readonly string[]
}

type IpObject = Readonly<Record<string, unknown>>

let made = 0

/** Makes a network namespace named as no other is, and gives it; see {@link deleteNetns}. */
export function createNetns(): Netns {
  made += 1
  const name = `plexus-test-${process.pid}-${made}`
  execFileSync('ip', ['netns', 'add', name])
  return { name, path: `/run/netns/${name}` }
}

/** Deletes a network namespace, and with it the interfaces in it; one that is gone already is left at that. */
export function deleteNetns({ name, path }: Netns): void {
  if (existsSync(path)) execFileSync('ip', ['netns', 'delete', name])
}

/** Makes a network namespace for the time `use` takes. */
export async function withNetns<Result>(use: (netns: Netns) => Result | Promise<Result>): Promise<Result> {
  const netns = createNetns()
  try {
    return await use(netns)
  } finally {
    deleteNetns(netns)
  }
}

/**
 * Runs `ip -json` with the arguments, in `netns` or else in the caller's namespace, and gives what it lists.
 * Throws with its stderr when it fails.
 */
export function ip(args: readonly string[], netns?: Netns): readonly IpObject[] {
  const where = netns === undefined ? [] : ['-netns', netns.name]
  const printed = execFileSync('ip', ['-json', '-details', ...where, ...args], { encoding: 'utf8' })
  return printed.trim() === ''
    ? []
    : (JSON.parse(printed) as IpObject[]).filter((entry) => Object.keys(entry).length > 0)
}

/** Runs a program in a network namespace and gives its stdout; throws with its stderr when it fails. */
export function runIn(netns: Netns, command: string, args: readonly string[]): string {
  return execFileSync('ip', ['netns', 'exec', netns.name, command, ...args], { encoding: 'utf8' })
}

/** Lists the interfaces of `netns`, or of the caller's namespace. */
export function links(netns?: Netns): readonly Link[] {
  return ip(['link', 'show'], netns).map((link) => ({
    name: String(link['ifname']),
    index: Number(link['ifindex']),
    mac: String(link['address']),
    mtu: Number(link['mtu']),
    up: (link['flags'] as readonly string[]).includes('UP'),
    kind: text((link['linkinfo'] as IpObject | undefined)?.['info_kind']),
    master: text(link['master']),
  }))
}

/** Lists an interface's addresses as `address/length`, IPv4 first, without link-local ones. */
export function addresses(name: string, netns?: Netns): readonly string[] {
  return ip(['address', 'show', 'dev', name], netns)
    .flatMap((link) => link['addr_info'] as readonly IpObject[])
    .filter((address) => address['scope'] !== 'link')
    .map((address) => `${address['local']}/${address['prefixlen']}`)
}

/** Lists the routes of one family's main table, without those to link-local addresses and multicast. */
export function routes(family: 4 | 6, netns?: Netns): readonly Route[] {
  return ip([`-${family}`, 'route', 'show'], netns)
    .filter((route) => !/^(fe80|ff00|multicast)/.test(String(route['dst'])))
    .map((route) => ({
      destination: String(route['dst']),
      gateway: text(route['gateway']),
      device: String(route['dev']),
    }))
}

/** Takes stock of what attachments could leave behind: in the host, and below `folders`. */
export function leftovers(folders: readonly string[] = []): Leftovers {
  return {
    links: links()
      .map(({ name }) => name)
      .sort(),
    namespaces: ip(['netns', 'list'])
      .map((netns) => String(netns['name']))
      .sort(),
    // host-local keeps these two whatever it has reserved.
    leases: filesBelow('/var/lib/cni/networks').filter((path) => !/^(lock|last_reserved_ip\..*)$/.test(basename(path))),
    rules: execFileSync('nft', ['--stateless', 'list', 'ruleset'], { encoding: 'utf8', stdio: 'pipe' }),
    files: folders.flatMap((folder) => filesBelow(folder).map((file) => join(folder, file))),
  }
}

function text(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value)
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

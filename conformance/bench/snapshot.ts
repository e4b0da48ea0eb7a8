import { existsSync, readdirSync, statSync } from 'node:fs'
import { type IpObject, ipList, runWhere, tcList, type Where } from './machine.ts'

/** What a side holds, one thing a line, such as `route default via 10.1.0.1 dev eth0`; sorted. */
export type Snapshot = readonly string[]

/** What came and what went between two snapshots. */
export type Difference = { readonly came: Snapshot; readonly went: Snapshot }

// The settings of a link come and go with it, and say nothing beyond.
const LINK = /(?:^|: )link (\S+)/
const SETTING_OF = /sysctl net\/ipv[46]\/conf\/([^/]+)\//

/** Takes stock of one namespace: links, addresses, routes, rules, queues, rulesets, sysctls. */
export function namespaceSnapshot(where: Where): Snapshot {
  const addressed = ipList(where, 'address', 'show')
  return [
    ...addressed.map(linkLine),
    ...addressed.flatMap(addressLines),
    ...['-4', '-6'].flatMap((family) => ipList(where, family, 'route', 'show', 'table', 'all').flatMap(routeLine)),
    ...['-4', '-6'].flatMap((family) => ipList(where, family, 'rule', 'show').map((rule) => ruleLine(family, rule))),
    ...tcList(where, 'qdisc', 'show').flatMap(qdiscLine),
    ...rulesetLines(where),
    ...sysctlLines(where),
  ].sort()
}

/** The files that plugins keep on this machine, each by its path: below /var/lib/cni and /run. */
export function filesSnapshot(): Snapshot {
  return [...filesBelow('/var/lib/cni'), ...filesBelow('/run')]
    .filter((path) => !OURS.test(path) && !isNamespace(path))
    .map((path) => `file ${path}`)
    .sort()
}

/** What is in one snapshot and not in the other; a line that is there twice counts twice. */
export function difference(before: Snapshot, after: Snapshot): Difference {
  const changed = { came: without(after, before), went: without(before, after) }
  const links = [...changed.came, ...changed.went].flatMap((line) => LINK.exec(line)?.[1] ?? [])
  const tells = (line: string): boolean => !links.includes(SETTING_OF.exec(line)?.[1] ?? '')
  return { came: changed.came.filter(tells), went: changed.went.filter(tells) }
}

/** Whether nothing came and nothing went. */
export function isSame({ came, went }: Difference): boolean {
  return came.length === 0 && went.length === 0
}

/** A difference as a person reads it: `+` before what came, `-` before what went. */
export function differenceLines({ came, went }: Difference): readonly string[] {
  return [...came.map((line) => `+ ${line}`), ...went.map((line) => `- ${line}`)]
}

// What is the suite's own, and a lock of iptables that holds nothing.
const OURS = /^\/run\/(conformance|xtables\.lock|cgroup)/

// A namespace is mounted over the file of its name.
function isNamespace(path: string): boolean {
  return path.startsWith('/run/netns/') && statSync(path).dev !== statSync('/run/netns').dev
}

const TELLING_FLAGS = ['UP', 'PROMISC', 'ALLMULTI']

// The address of a bridge is that of one of its ports unless it was given one: it comes and goes with them.
function linkLine(link: IpObject): string {
  const kind = (link['linkinfo'] as IpObject | undefined)?.['info_kind']
  const flags = TELLING_FLAGS.filter((flag) => (link['flags'] as readonly string[]).includes(flag))
  const parts = [
    `link ${link['ifname']}`,
    kind === undefined ? '' : `kind ${kind}`,
    link['master'] === undefined ? '' : `master ${link['master']}`,
    kind === 'bridge' ? '' : `mac ${link['address']}`,
    `mtu ${link['mtu']}`,
    `txqlen ${link['txqlen'] ?? 0}`,
    flags.join(','),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function addressLines(link: IpObject): readonly string[] {
  return (link['addr_info'] as readonly IpObject[])
    .filter(({ scope }) => scope !== 'link' && scope !== 'host')
    .map((address) => `address ${link['ifname']} ${address['local']}/${address['prefixlen']}`)
}

// The kernel makes those of the local table and of link-local addresses by itself.
function routeLine(route: IpObject): readonly string[] {
  const { dst, gateway, dev, table = 'main', type = 'unicast', metric } = route
  if (
    table === 'local' ||
    /^(fe80|ff00|multicast)/.test(String(dst)) ||
    !['unicast', 'blackhole'].includes(String(type))
  )
    return []
  const via = gateway === undefined ? '' : ` via ${gateway}`
  return [`route ${dst}${via} dev ${dev} table ${table}${metric === undefined ? '' : ` metric ${metric}`}`]
}

function ruleLine(family: string, rule: IpObject): string {
  return `rule ${family} ${JSON.stringify(rule)}`
}

// What every interface has by itself says nothing.
function qdiscLine({ kind, dev, parent, root, options }: IpObject): readonly string[] {
  if (['noqueue', 'pfifo_fast', 'fq_codel', 'mq'].includes(String(kind))) return []
  return [`qdisc ${kind} dev ${dev} ${root ? 'root' : `parent ${parent}`} ${JSON.stringify(options ?? {})}`]
}

function rulesetLines(where: Where): readonly string[] {
  return [...iptablesLines(where, 'iptables-save'), ...iptablesLines(where, 'ip6tables-save'), ...nftLines(where)]
}

// A built-in chain is there as soon as anybody has looked at its table.
function iptablesLines(where: Where, command: 'iptables-save' | 'ip6tables-save'): readonly string[] {
  let table = ''
  return runWhere(where, command, [])
    .stdout.split('\n')
    .flatMap((line) => {
      if (line.startsWith('*')) table = line.slice(1)
      const isOwnChain = line.startsWith(':') && line.includes(' - ')
      if (!isOwnChain && !line.startsWith('-A')) return []
      return [`${command.replace('-save', '')} ${table} ${line.replace(/ \[\d+:\d+\]$/, '')}`]
    })
}

// Those that iptables keeps there are told of by iptables itself.
const IPTABLES_TABLES = /^(filter|nat|mangle|raw|security)$/

function nftLines(where: Where): readonly string[] {
  const { status, stdout } = runWhere(where, 'nft', ['--json', '--stateless', 'list', 'ruleset'])
  if (status !== 0 || stdout.trim() === '') return []
  const { nftables } = JSON.parse(stdout) as { readonly nftables: readonly Readonly<Record<string, IpObject>>[] }
  return nftables.flatMap((entry) => {
    const [[what = '', value = {}] = []] = Object.entries(entry)
    const table = String(value['table'] ?? value['name'])
    if (what === 'metainfo' || IPTABLES_TABLES.test(table)) return []
    return [`nft ${what} ${JSON.stringify({ ...value, handle: undefined })}`]
  })
}

// Counters and what the kernel works out for itself.
const RESTLESS =
  /nf_conntrack_count|\/(random|stat)\/|inode|mc_forwarding|stable_secret|base_reachable_time|tcp_fastopen_key/

function sysctlLines(where: Where): readonly string[] {
  const { stdout } = runWhere(where, 'sh', [
    '-c',
    'cd /proc/sys/net && grep -rs --exclude-dir=neigh --exclude-dir=route . ipv4 ipv6 core netfilter bridge',
  ])
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !RESTLESS.test(line) && !/^ipv[46]\/neigh\//.test(line))
    .map((line) => `sysctl net/${line.replace(':', ' = ')}`)
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() && !entry.isSymbolicLink() ? filesBelow(path) : [path]
  })
}

function without(lines: Snapshot, others: Snapshot): Snapshot {
  const counts = new Map<string, number>()
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1)
  return lines.filter((line) => {
    const count = counts.get(line) ?? 0
    counts.set(line, count - 1)
    return count <= 0
  })
}

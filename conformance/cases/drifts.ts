import { rmSync } from 'node:fs'
import { canonicalCidr, isDefaultDestination } from '../../src/cni/index.ts'
import { OTHER_BRIDGE } from '../bench/chain-attachment.ts'
import { ip, runWhere, type Where } from '../bench/machine.ts'
import { addressesOf, hasOwnMac, linkIn, newest, routesIn, sandboxIps } from '../bench/view.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'
import type { Drift, Ground } from './after-drift.ts'

const SPARE_MAC = '02:00:5e:00:53:99'

/** The interface is deleted. */
export function interfaceGone({ attachment }: Ground): readonly Drift[] {
  const { where, name } = ownLink(attachment)
  return [{ what: `with ${name} deleted`, make: () => void ip(where, 'link', 'delete', name) }]
}

/** Another interface, with the same address and routes, has its name. */
export function interfaceReplaced({ attachment }: Ground): readonly Drift[] {
  const { where, name } = ownLink(attachment)
  const make = (): void => {
    const link = linkIn(where, name)
    const addresses = addressesOf(where, name).map(({ cidr }) => cidr)
    const routes = routesIn(where).filter(({ dev, table }) => dev === name && table === 'main')
    ip(where, 'link', 'delete', name)
    ip(where, 'link', 'add', name, 'address', link?.mac ?? SPARE_MAC, 'type', 'bridge')
    ip(where, 'link', 'set', name, 'up')
    for (const cidr of addresses)
      ip(where, 'address', 'add', cidr, 'dev', name, ...(cidr.includes(':') ? ['nodad'] : []))
    for (const { dst, gateway } of routes)
      ip(
        where,
        dst.includes(':') ? '-6' : '-4',
        'route',
        'replace',
        dst,
        ...(gateway ? ['via', gateway] : []),
        'dev',
        name,
      )
  }
  return [{ what: `with ${name} replaced by an interface of another kind`, make }]
}

/** The interface has another hardware address. */
export function macChanged({ attachment }: Ground): readonly Drift[] {
  const { where, name } = ownLink(attachment)
  if (!hasOwnMac(where, name)) throw new NotRun('its interface has the MAC of the one it is made on')
  return [
    { what: `with another MAC on ${name}`, make: () => void ip(where, 'link', 'set', name, 'address', SPARE_MAC) },
  ]
}

/** An address is taken away. */
export function addressGone({ attachment }: Ground): readonly Drift[] {
  const { where, name } = ownLink(attachment)
  const [first] = addressesOf(where, name)
  if (first === undefined) return []
  return [
    {
      what: `with ${first.cidr} taken from ${name}`,
      make: () => void ip(where, 'address', 'delete', first.cidr, 'dev', name),
    },
  ]
}

/** A route is taken away. */
export function routeGone({ attachment }: Ground): readonly Drift[] {
  const { where } = ownLink(attachment)
  const [route] = newest(attachment.result() ?? { cniVersion: '1.1.0' }).routes ?? []
  const family = route && canonicalCidr(route.dst)?.family === 6 ? '-6' : '-4'
  if (route === undefined) return []
  return [
    {
      what: `with the route to ${route.dst} deleted`,
      make: () => void ip(where, family, 'route', 'delete', route.dst),
    },
  ]
}

/** The default route goes another way. */
export function defaultRouteElsewhere({ attachment }: Ground): readonly Drift[] {
  const { where, name } = ownLink(attachment)
  const found = routesIn(where).find(
    ({ dst, gateway }) => isDefaultDestination(dst) && gateway !== undefined && !dst.includes(':'),
  )
  if (found === undefined) return []
  const other = '203.0.113.254'
  return [
    {
      what: `with the default route via ${other} instead of ${found.gateway}`,
      make: () => void ip(where, 'route', 'replace', 'default', 'via', other, 'dev', name, 'onlink'),
    },
  ]
}

/** The interface is down. */
export function linkDown({ attachment }: Ground): readonly Drift[] {
  const { where, name } = ownLink(attachment)
  return [{ what: `with ${name} down`, make: () => void ip(where, 'link', 'set', name, 'down') }]
}

/** What the host has for this container is broken: the port, the bridge, its address, its rules. */
export function hostSideBroken({ bench, attachment, came }: Ground): readonly Drift[] {
  const ports = came.flatMap((line) => {
    const [, port, bridge] = /^link (\S+) .*master (\S+)/.exec(line) ?? []
    return port && bridge && bridge !== OTHER_BRIDGE ? [{ port, bridge }] : []
  })
  const { port, bridge } = ports[0] ?? {}
  const gateways = sandboxIps(newest(attachment.result() ?? { cniVersion: '1.1.0' }), attachment.ifName).flatMap(
    ({ ip: { gateway } }) => gateway ?? [],
  )
  const onBridge = bridge === undefined ? [] : addressesOf('host', bridge).map(({ cidr }) => cidr)
  const gateway = onBridge.find((cidr) => gateways.includes(cidr.split('/')[0] ?? ''))
  const drifts: Drift[] = []
  if (port && bridge)
    drifts.push(
      {
        what: `with ${port} taken out of ${bridge}`,
        make: () => void ip('host', 'link', 'set', port, 'nomaster'),
        undo: () => void ip('host', 'link', 'set', port, 'master', bridge),
      },
      {
        what: `with ${bridge} down`,
        make: () => void ip('host', 'link', 'set', bridge, 'down'),
        undo: () => void ip('host', 'link', 'set', bridge, 'up'),
      },
    )
  if (bridge && gateway)
    drifts.push({
      what: `with the gateway's address ${gateway} taken from ${bridge}`,
      make: () => void ip('host', 'address', 'delete', gateway, 'dev', bridge),
      undo: () => void ip('host', 'address', 'add', gateway, 'dev', bridge),
    })
  if (subjectConfig(bench.subject)['ipMasq'] === true)
    drifts.push({ what: 'with the rules of ipMasq gone', make: flushRules })
  return drifts
}

/** The files that hold a reservation are gone. */
export function reservationGone({ came }: Ground): readonly Drift[] {
  const files = came.filter((line) => line.startsWith('file ')).map((line) => line.slice('file '.length))
  if (files.length === 0) return []
  return [{ what: `with ${files.join(', ')} deleted`, make: () => files.forEach((file) => void rmSync(file)) }]
}

/** The rules it made are gone. */
export function rulesGone({ came }: Ground): readonly Drift[] {
  return came.some((line) => /^(in \S+: )?(ip6?tables|nft) /.test(line))
    ? [{ what: 'with its rules flushed', make: flushRules }]
    : []
}

/** A queue it made is gone. */
export function queueGone({ came }: Ground): readonly Drift[] {
  const [, kind, dev] = came.flatMap((line) => /^qdisc (\S+) dev (\S+) root/.exec(line) ?? [])
  if (dev === undefined) return []
  return [
    {
      what: `with the ${kind} of ${dev} deleted`,
      make: () => void runWhere('host', 'tc', ['qdisc', 'delete', 'dev', dev, 'root']),
    },
  ]
}

/** A policy rule it made is gone. */
export function policyRuleGone({ attachment, came }: Ground): readonly Drift[] {
  const where = { sandbox: attachment.sandbox.name }
  const rules = came.flatMap((line) => {
    const [, family, json] = /^in \S+: rule (-[46]) (.*)$/.exec(line) ?? []
    return family && json ? [{ family, priority: String(JSON.parse(json).priority) }] : []
  })
  if (rules.length === 0) return []
  const make = (): void => {
    for (const { family, priority } of rules) ip(where, family, 'rule', 'delete', 'priority', priority)
  }
  return [{ what: 'with its policy rules deleted', make }]
}

/** A setting of the kernel, or an attribute of the interface, that it changed has its old value again. */
export function tuningUndone({ attachment, came, went }: Ground): readonly Drift[] {
  const where: Where = { sandbox: attachment.sandbox.name }
  const sysctls = came.flatMap((line): Drift[] => {
    const [, key, value] = /^in \S+: sysctl (\S+) = (.*)$/.exec(line) ?? []
    const old = went.flatMap((gone) => /^in \S+: sysctl (\S+) = (.*)$/.exec(gone)?.slice(1) ?? [])
    const at = key === undefined ? -1 : old.indexOf(key)
    if (key === undefined || value === undefined || at < 0) return []
    const set = (to: string): void => void runWhere(where, 'sh', ['-c', 'printf %s "$1" >"/proc/sys/$0"', key, to])
    return [{ what: `with ${key} back at ${old[at + 1]}`, make: () => set(old[at + 1] ?? ''), undo: () => set(value) }]
  })
  const mac = (lines: readonly string[]): string | undefined =>
    lines.flatMap((line) => new RegExp(`^in \\S+: link ${attachment.ifName} .*mac (\\S+)`).exec(line)?.[1] ?? [])[0]
  const [old, now] = [mac(went), mac(came)]
  if (old === undefined || now === undefined || old === now) return sysctls
  const set = (to: string): void => void ip(where, 'link', 'set', attachment.ifName, 'address', to)
  return [...sysctls, { what: `with the MAC back at ${old}`, make: () => set(old), undo: () => set(now) }]
}

/** Empties every chain, and takes away those that are not the kernel's own. */
export function flushRules(): void {
  for (const command of ['iptables', 'ip6tables'])
    for (const table of ['nat', 'filter', 'mangle', 'raw'])
      for (const flag of ['-F', '-X']) runWhere('host', command, ['-t', table, flag])
}

function ownLink({ sandbox, ifName }: Ground['attachment']): { readonly where: Where; readonly name: string } {
  const where = { sandbox: sandbox.name }
  if (linkIn(where, ifName) === undefined) throw new NotRun('the interface is not there; IFC-01 tells of that')
  if (ifName === 'lo') throw new NotRun('the loopback interface is in every sandbox')
  return { where, name: ifName }
}

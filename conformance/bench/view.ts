import {
  canonicalAddress,
  canonicalCidr,
  type Interface,
  type Ip,
  newestResult,
  type Result,
  type VersionedResult,
} from '../../src/cni/index.ts'
import { type IpObject, ipList, type Where } from './machine.ts'
import type { Sandbox } from './sandbox.ts'

/** An interface as the kernel has it. */
export type Link = {
  readonly name: string
  readonly index: number
  readonly mac: string
  readonly mtu: number
  readonly isUp: boolean
  readonly hasCarrier: boolean
  readonly kind: string | undefined
  readonly master: string | undefined
  /** The index of the other end of a pair, or of the interface it is made on. */
  readonly linkIndex: number | undefined
}

/** A route as the kernel has it, its destination canonical. */
export type KernelRoute = {
  readonly dst: string
  readonly gateway: string | undefined
  readonly dev: string
  readonly table: string
  readonly raw: IpObject
}

/** The interfaces of a namespace. */
export function linksIn(where: Where): readonly Link[] {
  return ipList(where, 'link', 'show').map(toLink)
}

/** An interface of a namespace by its name; undefined where there is none. */
export function linkIn(where: Where, name: string): Link | undefined {
  return linksIn(where).find((link) => link.name === name)
}

/** The interface that an attachment was given; undefined where it is not there. */
export function linkOf({ sandbox, ifName }: { readonly sandbox: Sandbox; readonly ifName: string }): Link | undefined {
  return linkIn({ sandbox: sandbox.name }, ifName)
}

/** Whether an interface has a MAC of its own: that of an ipvlan is its master's, and cannot be set. */
export function hasOwnMac(where: Where, name: string): boolean {
  return linkIn(where, name)?.kind !== 'ipvlan'
}

/** The global addresses of an interface, canonical `address/length`; those that are not usable yet in `flags`. */
export function addressesOf(where: Where, name: string): readonly { readonly cidr: string; readonly raw: IpObject }[] {
  return ipList(where, 'address', 'show', 'dev', name)
    .flatMap((link) => link['addr_info'] as readonly IpObject[])
    .filter(({ scope }) => scope !== 'link' && (scope !== 'host' || name === 'lo'))
    .map((raw) => ({ cidr: cidrText(`${raw['local']}/${raw['prefixlen']}`), raw }))
}

/** The routes of a namespace in all tables but the kernel's own. */
export function routesIn(where: Where): readonly KernelRoute[] {
  return ([4, 6] as const).flatMap((family) =>
    ipList(where, `-${family}`, 'route', 'show', 'table', 'all')
      .filter(({ table }) => table !== 'local')
      .map((raw) => ({
        dst: destination(String(raw['dst']), family),
        gateway: raw['gateway'] === undefined ? undefined : String(raw['gateway']),
        dev: String(raw['dev']),
        table: String(raw['table'] ?? 'main'),
        raw,
      })),
  )
}

/** A result in the newest version's shape. */
export function newest(result: VersionedResult): Result {
  return newestResult(result)
}

/** The interface of a result that is the attachment's own: in the sandbox, under its name. */
export function ownInterface(result: Result, ifName: string, { path }: Sandbox): Interface | undefined {
  return result.interfaces?.find(({ name, sandbox }) => name === ifName && sandbox === path)
}

/** The addresses of a result that are on interfaces of the sandbox, each with the name of its interface. */
export function sandboxIps(result: Result, ifName: string): readonly { readonly ip: Ip; readonly name: string }[] {
  return (result.ips ?? []).flatMap((ip) => {
    // An older result says no more than that the address is the container's.
    if (result.interfaces === undefined || ip.interface === undefined) return [{ ip, name: ifName }]
    const on = result.interfaces[ip.interface]
    return on?.sandbox ? [{ ip, name: on.name }] : []
  })
}

/** The addresses of a result that are on the attachment's own interface. */
export function ownIps(result: Result, ifName: string): readonly Ip[] {
  return sandboxIps(result, ifName).flatMap(({ ip, name }) => (name === ifName ? [ip] : []))
}

/** `address/length` in the one spelling that compares. */
export function cidrText(cidr: string): string {
  const canonical = canonicalCidr(cidr)
  return canonical ? `${canonical.address}/${canonical.prefix}` : cidr
}

/** An address in the one spelling that compares. */
export function addressText(address: string): string {
  return canonicalAddress(address)?.address ?? address
}

function toLink(link: IpObject): Link {
  const flags = link['flags'] as readonly string[]
  const kind = (link['linkinfo'] as IpObject | undefined)?.['info_kind']
  return {
    name: String(link['ifname']),
    index: Number(link['ifindex']),
    mac: String(link['address']),
    mtu: Number(link['mtu']),
    isUp: flags.includes('UP'),
    hasCarrier: flags.includes('LOWER_UP'),
    kind: kind === undefined ? undefined : String(kind),
    master: link['master'] === undefined ? undefined : String(link['master']),
    linkIndex: link['link_index'] === undefined ? undefined : Number(link['link_index']),
  }
}

function destination(dst: string, family: 4 | 6): string {
  if (dst === 'default') return family === 4 ? '0.0.0.0/0' : '::/0'
  return cidrText(dst.includes('/') ? dst : `${dst}/${family === 4 ? 32 : 128}`)
}

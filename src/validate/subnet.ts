import ipaddr from 'ipaddr.js'
import { type Cidr, canonicalAddress } from '../cni/index.ts'

/** Whether an address, without prefix length, is in a subnet. */
export function isIn({ address, prefix, family }: Cidr, text: string): boolean {
  const one = canonicalAddress(text)
  return one?.family === family && ipaddr.parse(one.address).match(ipaddr.parse(address), prefix)
}

/** Whether two subnets share an address. */
export function overlap(one: Cidr, other: Cidr): boolean {
  const [wide, narrow] = one.prefix <= other.prefix ? [one, other] : [other, one]
  return isIn(wide, narrow.address)
}

/** The first address of a subnet, which stands for it. */
export function networkAddress({ address, prefix, family }: Cidr): string {
  const text = `${address}/${prefix}`
  const first = family === 4 ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text)
  return canonicalAddress(first.toString())?.address ?? address
}

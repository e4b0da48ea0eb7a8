import ipaddr from 'ipaddr.js'
import { type Cidr, canonicalAddress } from '../cni/index.ts'

/** Whether an address, without prefix length, is in a subnet. */
export function isIn({ address, prefix, family }: Cidr, text: string): boolean {
  const one = canonicalAddress(text)
  return one?.family === family && ipaddr.parse(one.address).match(ipaddr.parse(address), prefix)
}

/** The bits that the addresses of a subnet share, its family in front. */
export function networkBits({ address, prefix, family }: Cidr): string {
  const bytes = ipaddr.parse(address).toByteArray()
  const bits = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return `${family}:${bits.slice(0, prefix)}`
}

/** The first address of a subnet, which stands for it. */
export function networkAddress({ address, prefix, family }: Cidr): string {
  const text = `${address}/${prefix}`
  const first = family === 4 ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text)
  return canonicalAddress(first.toString())?.address ?? address
}

import ipaddr from 'ipaddr.js'

/** An IP family. */
export type Family = 4 | 6

/** An address with its prefix length, canonical, so that equal ones compare equal: `2001:db8::1/64`. */
export type Cidr = { readonly address: string; readonly prefix: number; readonly family: Family }

/**
 * The canonical form of an IP address, or undefined where the text is none. As in Go's `net.ParseIP`: no leading
 * zeros, no zone; an IPv4-mapped IPv6 address is the IPv4 address.
 */
export function canonicalAddress(text: string): { readonly address: string; readonly family: Family } | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return { address: text, family: 4 }
  const hexadecimal = withoutDottedTail(text)
  if (text.includes('%') || !ipaddr.IPv6.isValid(hexadecimal)) return undefined
  const address = ipaddr.IPv6.parse(hexadecimal)
  return address.isIPv4MappedAddress()
    ? { address: address.toIPv4Address().toString(), family: 4 }
    : { address: address.toRFC5952String(), family: 6 }
}

/** The canonical form of `address/prefix`, host bits kept, or undefined where the text is none. */
export function canonicalCidr(text: string): Cidr | undefined {
  const [host = '', length, ...rest] = text.split('/')
  const canonical = canonicalAddress(host)
  if (!canonical || length === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined
  const mapped = canonical.family === 4 && host.includes(':')
  const prefix = Number(length) - (mapped ? 96 : 0)
  if (prefix > (canonical.family === 4 ? 32 : 128)) return undefined
  return { ...canonical, prefix: Math.max(prefix, 0) }
}

/** Whether a route's destination is everything of its family: `0.0.0.0/0`, or `::/0` however it is spelled. */
export function isDefaultDestination(dst: string): boolean {
  const cidr = canonicalCidr(dst)
  return cidr !== undefined && cidr.prefix === 0 && /^[0.:]+$/.test(cidr.address)
}

// ipaddr.js takes `::1.2.3.4` for IPv4-mapped, and leading zeros in such a tail; Go does neither.
function withoutDottedTail(text: string): string {
  const at = text.lastIndexOf(':') + 1
  const tail = text.slice(at)
  if (!tail.includes('.')) return text
  if (!ipaddr.IPv4.isValidFourPartDecimal(tail)) return ''
  const bytes = ipaddr.IPv4.parse(tail).octets.map((byte) => byte.toString(16).padStart(2, '0'))
  return `${text.slice(0, at)}${bytes.slice(0, 2).join('')}:${bytes.slice(2).join('')}`
}

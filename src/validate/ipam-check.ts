import { type Cidr, canonicalAddress, canonicalCidr, isJsonObject, type Json, type JsonObject } from '../cni/index.ts'
import { ipamKeyRemarks } from './known-plugins.ts'
import { below, error, type Remark } from './remark.ts'
import { isIn, networkAddress } from './subnet.ts'

/** A subnet that a plugin gives out addresses of, and where it is said. */
export type GivenSubnet = { readonly path: string; readonly subnet: Cidr }

// Calico puts the node's own subnet in its place.
const STANDS_FOR_ANOTHER = 'usePodCidr'

/** What is wrong with a plugin's `ipam`, paths from the plugin. */
export function ipamRemarks({ ipam }: JsonObject): readonly Remark[] {
  if (!isJsonObject(ipam)) return []
  const keys = ipamKeyRemarks(ipam)
  const values = keys.some(({ severity }) => severity === 'error') ? [] : valueRemarks(ipam)
  return below('ipam', [...keys, ...values])
}

/** The subnets that a plugin's `ipam` gives out addresses of, as far as they are written there; paths from the plugin. */
export function givenSubnets({ ipam }: JsonObject): readonly GivenSubnet[] {
  if (!isJsonObject(ipam)) return []
  return subnetsOf(ipam).flatMap(({ path, text }) => {
    const subnet = canonicalCidr(text)
    return subnet ? [{ path: `ipam.${path}`, subnet }] : []
  })
}

/** Where a plugin's `ipam` says that it makes a default route; paths from the plugin. */
export function defaultRoutes({ ipam }: JsonObject): readonly { readonly path: string; readonly gateway?: string }[] {
  if (!isJsonObject(ipam)) return []
  return objectsIn(ipam['routes']).flatMap(({ dst, gw }, index) => {
    if (typeof dst !== 'string' || canonicalCidr(dst)?.prefix !== 0) return []
    return [{ path: `ipam.routes[${index}]`, ...(typeof gw === 'string' && gw !== '' ? { gateway: gw } : {}) }]
  })
}

function subnetsOf(ipam: JsonObject): readonly { readonly path: string; readonly text: string }[] {
  switch (ipam['type']) {
    case 'host-local':
      return rangesOf(ipam).flatMap(({ path, range: { subnet } }) =>
        typeof subnet === 'string' ? [{ path: `${path}subnet`, text: subnet }] : [],
      )
    case 'whereabouts':
      return typeof ipam['range'] === 'string' ? [{ path: 'range', text: ipam['range'].split('-').at(-1) ?? '' }] : []
    case 'static':
      return objectsIn(ipam['addresses']).flatMap(({ address }, index) =>
        typeof address === 'string' ? [{ path: `addresses[${index}].address`, text: address }] : [],
      )
    default:
      return []
  }
}

function valueRemarks(ipam: JsonObject): readonly Remark[] {
  return [
    ...(ipam['type'] === 'host-local' ? rangesOf(ipam).flatMap(({ path, range }) => rangeRemarks(range, path)) : []),
    ...objectsIn(ipam['addresses']).flatMap(({ address, gateway }, index) => [
      ...cidrRemarks(address, `addresses[${index}].address`),
      ...addressRemarks(gateway, `addresses[${index}].gateway`),
    ]),
    ...objectsIn(ipam['routes']).flatMap(({ dst, gw }, index) => [
      ...cidrRemarks(dst, `routes[${index}].dst`),
      ...addressRemarks(gw, `routes[${index}].gw`),
    ]),
  ]
}

function rangesOf(ipam: JsonObject): readonly { readonly path: string; readonly range: JsonObject }[] {
  const { ranges } = ipam
  const sets = Array.isArray(ranges) ? (ranges as readonly Json[]) : []
  return [
    ...(ipam['subnet'] === undefined ? [] : [{ path: '', range: ipam }]),
    ...sets.flatMap((set, index) =>
      objectsIn(set).map((range, inner) => ({ path: `ranges[${index}][${inner}].`, range })),
    ),
  ]
}

// What host-local's own check finds (plugins/ipam/host-local/backend/allocator/range.go).
function rangeRemarks({ subnet: written, ...range }: JsonObject, path: string): readonly Remark[] {
  if (written === STANDS_FOR_ANOTHER || typeof written !== 'string') return []
  const subnet = canonicalCidr(written)
  if (!subnet) return cidrRemarks(written, `${path}subnet`)
  const first = networkAddress(subnet)
  if (first !== subnet.address)
    return [error('address', `${path}subnet`, `"${written}" has host bits set; write ${first}/${subnet.prefix}`)]
  if (subnet.prefix > (subnet.family === 4 ? 30 : 126))
    return [error('address', `${path}subnet`, `"${written}" has no addresses to give out; use a larger subnet`)]
  return (['rangeStart', 'rangeEnd', 'gateway'] as const).flatMap((key) => {
    const address = range[key]
    const wrong = addressRemarks(address, path + key)
    if (wrong.length > 0 || typeof address !== 'string' || address === '' || isIn(subnet, address)) return wrong
    return [error('address', path + key, `"${address}" is not in subnet ${written}`)]
  })
}

function cidrRemarks(value: Json | undefined, path: string): readonly Remark[] {
  if (typeof value !== 'string' || value === '' || canonicalCidr(value)) return []
  const bare = canonicalAddress(value)
  const hint = bare ? `; add it: ${value}/${bare.family === 4 ? 24 : 64}` : ', such as 10.1.0.0/16'
  return [error('address', path, `"${value}" is not an address with a prefix length${hint}`)]
}

function addressRemarks(value: Json | undefined, path: string): readonly Remark[] {
  if (typeof value !== 'string' || value === '' || canonicalAddress(value)) return []
  return [error('address', path, `"${value}" is not an IP address`)]
}

function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : []
}

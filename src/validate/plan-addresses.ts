import { definedNetwork, definitionName, type Lookup, NETWORKS_ANNOTATION } from '../attach/index.ts'
import { canonicalAddress, type NetworkList } from '../cni/index.ts'
import { type Asked, type CheckedPlan, placeOf } from './asked.ts'
import { defaultRoutes, givenSubnets } from './ipam-check.ts'
import { isIn } from './subnet.ts'

/** Addresses and gateways that a pod asks for and that the plugin, or the kernel, would refuse at ADD. */
export function addressFaults(asked: Asked, network: NetworkList): readonly CheckedPlan[] {
  const { selection } = asked
  const fixed = network.plugins.every(({ ipam }) => !isOther(ipam))
  const subnets = network.plugins.flatMap(givenSubnets).map(({ subnet }) => subnet)
  const outside = (text: string): boolean => {
    const family = canonicalAddress(text.split('/')[0] ?? '')?.family
    const own = subnets.filter((subnet) => subnet.family === family)
    return fixed && own.length > 0 && !own.some((subnet) => isIn(subnet, text.split('/')[0] ?? ''))
  }
  const list = subnets.map(({ address, prefix }) => `${address}/${prefix}`).join(', ')
  const name = definitionName(selection)
  return [...(selection.ips ?? []), ...(selection.defaultRoute ?? [])].filter(outside).map((text) => ({
    ...placeOf(asked),
    key: selection.ips?.includes(text) ? 'ips' : 'default-route',
    severity: 'error',
    rule: 'address',
    message: `network ${name}: "${text}" is in none of the network's subnets: ${list}`,
  }))
}

/** Networks that make a default route beside the default network's, where the pod does not say which it wants. */
export function secondDefaultRoutes(asked: readonly Asked[], lookup: Lookup): readonly CheckedPlan[] {
  if (asked.some(({ selection }) => selection.defaultRoute !== undefined)) return []
  const further = asked.filter(({ annotation }) => annotation === NETWORKS_ANNOTATION)
  return further.flatMap((one) => {
    const { network, name } = definedNetwork(lookup, one.selection)
    const makes = network.plugins.some(
      (plugin) => plugin['isDefaultGateway'] === true || defaultRoutes(plugin).length > 0,
    )
    if (!makes) return []
    const message = `network ${name} makes a default route beside the default network's; ask for it with "default-route": [] or take it out of the definition`
    return [{ ...placeOf(one), key: 'name', severity: 'warning', rule: 'default-route', message }]
  })
}

// An address manager of which no subnets are known; a static one takes whatever the pod asks for.
function isOther(ipam: unknown): boolean {
  const type = (ipam as { readonly type?: unknown } | null | undefined)?.type
  return type !== undefined && type !== 'host-local'
}

import { canonicalAddress, type Family, isDefaultDestination, type Result, type Route } from '../cni/index.ts'

/** A default route of a network namespace, as the kernel has it. */
export type DefaultRoute = {
  readonly family: Family
  readonly dev: string
  /** None where the route is on-link. */
  readonly gateway?: string
}

/** What is to become of a namespace's default routes. */
export type RouteChange = {
  readonly remove: readonly DefaultRoute[]
  readonly add: readonly (DefaultRoute & { readonly gateway: string })[]
}

/** The attachment that is to carry the default route: its interface, and the gateways it asks for. */
export type DefaultRouteWish = { readonly ifName: string; readonly gateways: readonly string[] }

const DESTINATION = { 4: '0.0.0.0/0', 6: '::/0' } as const satisfies Record<Family, string>

/**
 * What has to change for an attachment to carry the default route (4.1.2.1.9): of each family it has a gateway of,
 * every default route there is goes and the gateway's comes. Without gateways, of each family in which its plugins
 * made one, the others' go.
 */
export function routeChange(wish: DefaultRouteWish, present: readonly DefaultRoute[]): RouteChange {
  const { ifName, gateways } = wish
  if (gateways.length === 0) {
    const own = new Set(present.filter(({ dev }) => dev === ifName).map(({ family }) => family))
    return { remove: present.filter(({ dev, family }) => dev !== ifName && own.has(family)), add: [] }
  }
  const add = gateways.map((gateway) => ({ family: familyOf(gateway), dev: ifName, gateway }))
  return { remove: present.filter(({ family }) => add.some((one) => one.family === family)), add }
}

/** The families whose default routes a change touches. */
export function changedFamilies({ remove, add }: RouteChange): readonly Family[] {
  return [...new Set([...remove, ...add].map(({ family }) => family))]
}

/**
 * A result as it is after a change: without the default routes that are gone, with those that came, where it is the
 * result of the attachment that carries them.
 */
export function resultAfter(result: Result, change: RouteChange, carries: boolean): Result {
  const families = changedFamilies(change)
  const keepsOwn = carries && change.add.length === 0
  const kept = (result.routes ?? []).filter(
    ({ dst }) => keepsOwn || !isDefaultDestination(dst) || !families.includes(familyOf(dst)),
  )
  const came: readonly Route[] = carries
    ? change.add.map(({ family, gateway }) => ({ dst: DESTINATION[family], gw: gateway }))
    : []
  const { routes: _, ...rest } = result
  const routes = [...kept, ...came]
  return routes.length > 0 ? { ...rest, routes } : rest
}

function familyOf(text: string): Family {
  return canonicalAddress(text.split('/')[0] ?? '')?.family ?? 6
}

import type { DefaultRoute } from '../attach/index.ts'
import type { Family } from '../cni/index.ts'

type Hop = {
  readonly gateway?: string
  /** A gateway of the other family. */
  readonly via?: { readonly family: string; readonly host: string }
  readonly dev?: string
  readonly weight?: number
  readonly flags?: readonly string[]
}

/** A route as `ip -json route show` has it: those of its keys that make the route what it is. */
export type KernelRoute = Hop & {
  readonly type?: string
  readonly protocol?: string | number
  readonly scope?: string | number
  readonly prefsrc?: string
  readonly metric?: number
  readonly tos?: string
  readonly pref?: string
  /** In seconds. */
  readonly expires?: number
  readonly metrics?: readonly Readonly<Record<string, unknown>>[]
  readonly nexthops?: readonly Hop[]
}

/** The default routes that a route of the kernel is: one for each of its next hops. */
export function defaultRoutesOf(route: KernelRoute, family: Family): readonly DefaultRoute[] {
  // A route that is unreachable, or a blackhole, leads nowhere.
  if (route.type !== undefined && route.type !== 'unicast') return []
  return hopsOf(route).flatMap((hop) => {
    const gateway = hop.gateway ?? hop.via?.host
    if (hop.dev === undefined) return []
    return [{ family, dev: hop.dev, ...(gateway === undefined ? {} : { gateway }) }]
  })
}

/** The route in the words of ip-route(8), as `ip route add` and `ip route del` take it. */
export function wordsOf(route: KernelRoute): string {
  const { type, protocol, scope, prefsrc, metric, tos, pref, metrics = [], nexthops = [] } = route
  const named = { proto: protocol, scope, src: prefsrc, metric, tos, pref }
  return [
    ...(type === undefined ? [] : [type]),
    'default',
    ...hopWords(route),
    ...pairs(named),
    ...metrics.flatMap((one) => pairs(numbersOf(one))),
    ...nexthops.flatMap((hop) => ['nexthop', ...hopWords(hop), ...pairs({ weight: hop.weight })]),
  ].join(' ')
}

/** Like {@link wordsOf}, with how long the route still lasts, where it does not last. */
export function lastingWordsOf(route: KernelRoute): string {
  return [wordsOf(route), ...pairs({ expires: route.expires })].join(' ')
}

/** The route without the next hops that `goes` names; undefined where none is left. */
export function withoutHops(
  route: KernelRoute,
  goes: (hop: DefaultRoute) => boolean,
  family: Family,
): KernelRoute | undefined {
  const stays = (hop: Hop): boolean => !defaultRoutesOf(hop, family).some(goes)
  if (!route.nexthops) return stays(route) ? route : undefined
  const nexthops = route.nexthops.filter(stays)
  return nexthops.length > 0 ? { ...route, nexthops } : undefined
}

function hopsOf(route: KernelRoute): readonly Hop[] {
  return route.nexthops ?? [route]
}

function hopWords({ gateway, via, dev, flags = [] }: Hop): readonly string[] {
  const words = pairs({ via: gateway ?? (via && `${via.family} ${via.host}`), dev })
  return flags.includes('onlink') ? [...words, 'onlink'] : words
}

function pairs(named: Readonly<Record<string, string | number | undefined>>): readonly string[] {
  return Object.entries(named).flatMap(([word, value]) => (value === undefined ? [] : [word, String(value)]))
}

// Metrics that are no numbers, such as a lock on one, are not said in words that ip takes back.
function numbersOf(metrics: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(metrics).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  )
}

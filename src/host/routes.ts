import { changedFamilies, type DefaultRoute, type RouteChange } from '../attach/index.ts'
import { asCniError, CniError, CODE, canonicalAddress, type Family } from '../cni/index.ts'
import type { Routes } from '../engine/index.ts'
import { ip } from './iproute.ts'
import { defaultRoutesOf, type KernelRoute, lastingWordsOf, withoutHops, wordsOf } from './kernel-route.ts'

/** Default routes of the main table by iproute2; those of other tables are never touched. */
export function hostRoutes(): Routes {
  return { read, apply }
}

type Table = { readonly family: Family; readonly routes: readonly KernelRoute[] }

async function read(netns: string): Promise<readonly DefaultRoute[]> {
  const tables = await Promise.all([kernelTable(netns, 4), kernelTable(netns, 6)])
  return tables.flatMap(defaultRoutes)
}

async function apply(netns: string, change: RouteChange): Promise<void> {
  const before = await Promise.all(changedFamilies(change).map((family) => kernelTable(netns, family)))
  try {
    for (const table of before) await batch(netns, table.family, changeLines(table, change))
    for (const { family } of before) verify(defaultRoutes(await kernelTable(netns, family)), change, family)
  } catch (fault) {
    const undone = await Promise.all(before.map((table) => restore(netns, table)))
    throw changeFault(change, fault, undone.join(''))
  }
}

async function kernelTable(netns: string, family: Family): Promise<Table> {
  const text = await ip(netns, ['-json', `-${family}`, 'route', 'show', 'table', 'main', 'default'])
  return { family, routes: text.trim() === '' ? [] : (JSON.parse(text) as readonly KernelRoute[]) }
}

function defaultRoutes({ family, routes }: Table): readonly DefaultRoute[] {
  return routes.flatMap((route) => defaultRoutesOf(route, family))
}

function changeLines({ family, routes }: Table, change: RouteChange): readonly string[] {
  const goes = (hop: DefaultRoute): boolean => change.remove.some((one) => isSame(one, hop))
  const lines = routes.flatMap((route) => {
    const rest = withoutHops(route, goes, family)
    if (rest === undefined) return [`del ${wordsOf(route)}`]
    const gone = defaultRoutesOf(route, family).length - defaultRoutesOf(rest, family).length
    return gone === 0 ? [] : [`del ${wordsOf(route)}`, `add ${lastingWordsOf(rest)}`]
  })
  const added = change.add.filter((one) => one.family === family)
  return [...lines, ...added.map(({ gateway, dev }) => `add ${wordsOf({ gateway, dev })}`)]
}

// The kernel takes each line by itself: what of it took effect is seen by reading back.
async function batch(
  netns: string,
  family: Family,
  lines: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  if (lines.length === 0) return
  const text = lines.map((line) => `route ${line}\n`).join('')
  await ip(netns, [`-${family}`, ...options, '-batch', '-'], text)
}

function verify(present: readonly DefaultRoute[], change: RouteChange, family: Family): void {
  const isIn = (routes: readonly DefaultRoute[], route: DefaultRoute): boolean =>
    routes.some((one) => isSame(one, route))
  const stayed = change.remove.filter((route) => isIn(present, route) && !isIn(change.add, route))
  const missing = change.add.filter((route) => route.family === family && !isIn(present, route))
  if (stayed.length + missing.length === 0) return
  const parts = [
    ...missing.map((route) => `${inWords(route)} is not there`),
    ...stayed.map((route) => `${inWords(route)} is still there`),
  ]
  throw new CniError(CODE.defaultRoute, `read back from the kernel, ${parts.join(', ')}`)
}

/** What could not be restored, in words; nothing where all is as it was. */
async function restore(netns: string, { family, routes }: Table): Promise<string> {
  try {
    const present = (await kernelTable(netns, family)).routes
    const came = routesNotIn(present, routes).map((route) => `del ${wordsOf(route)}`)
    const went = routesNotIn(routes, present).map((route) => `add ${lastingWordsOf(route)}`)
    await batch(netns, family, [...came, ...went], ['-force'])
    return ''
  } catch (fault) {
    return `; what was there before could not be restored: ${asCniError(fault).msg}`
  }
}

function routesNotIn(some: readonly KernelRoute[], others: readonly KernelRoute[]): readonly KernelRoute[] {
  const words = new Set(others.map(wordsOf))
  return some.filter((route) => !words.has(wordsOf(route)))
}

function changeFault(change: RouteChange, fault: unknown, undone: string): CniError {
  const wish = change.add.map(inWords).join(', ') || 'those of other interfaces removed'
  return new CniError(CODE.defaultRoute, `default route: ${wish}: ${asCniError(fault).msg}${undone}`, { cause: fault })
}

function isSame(one: DefaultRoute, other: DefaultRoute): boolean {
  return one.family === other.family && one.dev === other.dev && canonical(one.gateway) === canonical(other.gateway)
}

function canonical(gateway: string | undefined): string | undefined {
  return gateway === undefined ? undefined : (canonicalAddress(gateway)?.address ?? gateway)
}

function inWords({ gateway, dev }: DefaultRoute): string {
  return gateway === undefined ? `default dev ${dev}` : `default via ${gateway} dev ${dev}`
}

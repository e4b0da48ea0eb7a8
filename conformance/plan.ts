import { atLeast, type CniVersion } from '../src/cni/index.ts'
import type { Case } from './case.ts'
import { type Column, PLACEMENTS } from './column.ts'
import type { Kind } from './kind.ts'

/** One case in one column: what is run. */
export type Planned = { readonly case: Case; readonly column: Column }

/** The columns of a run: each version by itself, and the newest at every place in a chain of Plexus. */
export function columnsOf(versions: readonly CniVersion[], inChain: boolean): readonly Column[] {
  const newest = versions.at(-1)
  const direct = versions.map((version): Column => ({ version, placement: 'direct' }))
  if (newest === undefined || !inChain || !atLeast(newest, '0.3.0')) return direct
  const places = PLACEMENTS.filter((placement) => placement !== 'direct')
  return [...direct, ...places.map((placement): Column => ({ version: newest, placement }))]
}

/** What is to be run, in the order of the cases. */
export function planCases(cases: readonly Case[], kind: Kind, columns: readonly Column[]): readonly Planned[] {
  return cases
    .filter(({ kinds }) => kinds.includes(kind))
    .flatMap((one) =>
      columns.filter((column) => isFor(one, kind, column, columns)).map((column) => ({ case: one, column })),
    )
}

/** Whether a case's id is one of those that patterns such as `DEL-*`, `CHK-01` name; any where there are none. */
export function isNamed(id: string, patterns: readonly string[]): boolean {
  return patterns.length === 0 || patterns.some((pattern) => expression(pattern).test(id))
}

function isFor(one: Case, kind: Kind, column: Column, columns: readonly Column[]): boolean {
  const { version, placement } = column
  if (one.since !== undefined && !atLeast(version, one.since)) return false
  if (one.until !== undefined && !atLeast(one.until, version)) return false
  if (placement !== 'direct') return one.inChain === true && kind !== 'ipam'
  // Below 0.3.0 there are no chains, so that a plugin that changes what another made has no place in one.
  if (kind === 'meta' && !atLeast(version, '0.3.0')) return false
  return one.versions === 'each' || version === newestFor(one, columns)
}

function newestFor({ until }: Case, columns: readonly Column[]): CniVersion | undefined {
  const direct = columns.filter(({ placement }) => placement === 'direct').map(({ version }) => version)
  return direct.filter((version) => until === undefined || atLeast(until, version)).at(-1)
}

function expression(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 'i')
}

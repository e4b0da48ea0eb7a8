import type { CniVersion } from '../src/cni/index.ts'

/**
 * How a plugin is run: by itself, as the specification has it, or through Plexus at a place in a chain. `alone`: the
 * network is the list as the vendor wrote it; `first`, `middle`, `last`: with others around it; `second`: the network
 * comes after another one and is given its result.
 */
export const PLACEMENTS = ['direct', 'alone', 'first', 'middle', 'last', 'second'] as const

/** One of {@link PLACEMENTS}. */
export type Placement = (typeof PLACEMENTS)[number]

/** One column of the matrix: every case is run once in each that it is for. */
export type Column = { readonly version: CniVersion; readonly placement: Placement }

/** A column's heading: `1.0.0`, `1.0.0 in Plexus, first`. */
export function columnName({ version, placement }: Column): string {
  return placement === 'direct' ? version : `${version} in Plexus, ${placement}`
}

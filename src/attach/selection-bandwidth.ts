import type { Problem } from '../cni/index.ts'
import type { Bandwidth } from './selection.ts'

// A packet as large as the kernel hands it down (64 KiB) must fit, or it is dropped; and a plugin that counts in
// 32 bits must be able to count it, as runtimes take care of as well.
const LEAST_BURST = 64 * 1024 * 8
const MOST_BURST = 0xffff_ffff

const DIRECTIONS = [
  ['ingressRate', 'ingressBurst'],
  ['egressRate', 'egressBurst'],
] as const

/** What is wrong with a bandwidth whose values are each right: a burst without its rate (4.1.2.1.8). */
export function bandwidthProblems(bandwidth: Bandwidth): readonly Problem[] {
  return DIRECTIONS.filter(([rate, burst]) => bandwidth[burst] !== undefined && bandwidth[rate] === undefined).map(
    ([rate, burst]) => ({ path: `bandwidth.${burst}`, message: `has no effect without ${rate}; add it` }),
  )
}

/**
 * A bandwidth with a burst to each rate, since plugins refuse a rate without: what the rate lets through in a second,
 * at least 64 KiB, at most 2³² − 1 bits (4.1.2.1.8 leaves the default to the implementation).
 */
export function withBursts(bandwidth: Bandwidth): Bandwidth {
  const given = Object.entries(bandwidth)
  const defaults = DIRECTIONS.flatMap(([rate, burst]) => {
    const bits = bandwidth[rate]
    return bits === undefined ? [] : [[burst, Math.min(Math.max(bits, LEAST_BURST), MOST_BURST)] as const]
  })
  return Object.fromEntries([...defaults, ...given])
}

/** The middle and the ninth of ten. */
export type Spread = { readonly median: number; readonly p90: number }

/** The spread of some figures. */
export function spread(figures: readonly number[]): Spread {
  return { median: quantile(figures, 0.5), p90: quantile(figures, 0.9) }
}

/** What so many parts of some figures are below; between two of them in proportion. */
export function quantile(figures: readonly number[], part: number): number {
  const sorted = figures.toSorted((one, other) => one - other)
  const place = part * (sorted.length - 1)
  const [below = 0, above = 0] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return below + (above - below) * (place % 1)
}

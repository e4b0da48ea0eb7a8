/**
 * The known key that an unknown one most likely stands for: the one with the fewest letters to insert, drop, replace
 * or swap with their neighbour, of whatever case; undefined where every one needs more than a third of its letters.
 */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  let nearest: { readonly name: string; readonly distance: number } | undefined
  for (const name of known) {
    const bound = Math.max(1, Math.floor(name.length / 3))
    if (Math.abs(name.length - key.length) > bound) continue
    const distance = editDistance(key.toLowerCase(), name.toLowerCase())
    if (distance <= bound && distance < (nearest?.distance ?? Number.POSITIVE_INFINITY)) nearest = { name, distance }
  }
  return nearest?.name
}

// Optimal string alignment: Levenshtein's rows, and the row before the last for a swap of neighbours.
function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(
        Math.min(
          (last[column] as number) + 1,
          (current[column - 1] as number) + 1,
          (last[column - 1] as number) + (same ? 0 : 1),
          swapped ? (beforeLast[column - 2] as number) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    beforeLast = last
    last = current
  }
  return last[to.length] as number
}

/** How often each thing happened. */
export type Tally = { readonly count: (what: string) => void; readonly counts: ReadonlyMap<string, number> }

/** An empty tally. */
export function tallyOf(): Tally {
  const counts = new Map<string, number>()
  return {
    counts,
    count: (what) => {
      counts.set(what, (counts.get(what) ?? 0) + 1)
    },
  }
}

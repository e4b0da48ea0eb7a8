/** A copy of one of the API server's lists, by `namespace/name`, kept up to date by whoever follows the list. */
export type Mirror<T> = {
  get(key: string): T | undefined
  values(): readonly T[]
  size(): number
  /** Whether the whole list has been seen once; what is missing before that may exist all the same. */
  isComplete(): boolean
  /** Resolves with the next change, and after `ms` at the latest. */
  changed(ms: number): Promise<void>
  replace(entries: ReadonlyMap<string, T>): void
  set(key: string, entry: T): void
  delete(key: string): void
}

/** An empty copy. */
export function mirror<T>(): Mirror<T> {
  let entries = new Map<string, T>()
  let complete = false
  const waiting = new Set<() => void>()
  const tell = (): void => {
    const told = [...waiting]
    waiting.clear()
    for (const resolve of told) resolve()
  }
  return {
    get: (key) => entries.get(key),
    values: () => [...entries.values()],
    size: () => entries.size,
    isComplete: () => complete,
    changed: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(done, ms)
        function done(): void {
          clearTimeout(timer)
          waiting.delete(done)
          resolve()
        }
        waiting.add(done)
      }),
    replace(all) {
      entries = new Map(all)
      complete = true
      tell()
    },
    set(key, entry) {
      entries.set(key, entry)
      tell()
    },
    delete(key) {
      entries.delete(key)
      tell()
    },
  }
}

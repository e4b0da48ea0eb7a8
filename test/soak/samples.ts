import { readdirSync, readFileSync } from 'node:fs'

/** What the agent's process had at a moment. */
export type Sample = {
  /** Seconds since the beginning. */
  readonly at: number
  readonly pid: number
  /** Its proportional set size. */
  readonly pssKib: number
  /** Its open file descriptors. */
  readonly files: number
}

/** Looks at the agent every second, whichever process it is. */
export function watchAgent(pidOf: () => number | undefined): { readonly end: () => readonly Sample[] } {
  const began = performance.now()
  const samples: Sample[] = []
  const timer = setInterval(() => {
    const pid = pidOf()
    if (pid === undefined) return
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
      const pssKib = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1])
      const files = readdirSync(`/proc/${pid}/fd`).length
      samples.push({ at: (performance.now() - began) / 1000, pid, pssKib, files })
    } catch {
      // It is just being replaced.
    }
  }, 1_000)
  return {
    end: () => {
      clearInterval(timer)
      return samples
    },
  }
}

const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 50

/**
 * Pauses between looks at something that no event tells of, from 2 ms on and ever longer up to 50 ms, or as is given. Each gives true
 * after the pause, and false at once when `waitMs` have gone by since the first call of this function.
 */
export function patience(waitMs: number, longestPauseMs = LONGEST_PAUSE_MS): () => Promise<boolean> {
  const until = performance.now() + waitMs
  let pauseMs = FIRST_PAUSE_MS
  return async () => {
    const leftMs = until - performance.now()
    if (leftMs <= 0) return false
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, leftMs)))
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    return true
  }
}

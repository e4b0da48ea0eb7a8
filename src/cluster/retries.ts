/** Time, as those who wait need it. */
export type Clock = {
  /** Milliseconds since some moment. */
  readonly now: () => number
  readonly delay: (ms: number) => Promise<void>
  /** A number from 0 up to 1, for pauses that do not coincide. */
  readonly random: () => number
}

/** The time that passes here. */
export const CLOCK: Clock = {
  now: () => performance.now(),
  delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
}

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000

/** When to try again, and until when. */
export type Retrying = {
  /** A moment of the clock; no try begins after it. */
  readonly until: number
  /** How long at least to wait after a failure; undefined where it is final. */
  readonly pauseAfter: (fault: unknown) => number | undefined
  readonly clock: Clock
}

/**
 * What a step gives, tried again with growing, jittered pauses while its failures are worth it.
 * @param step Gets the milliseconds that are left.
 * @throws the last failure.
 */
export async function retried<T>(
  step: (leftMs: number) => Promise<T>,
  { until, pauseAfter, clock }: Retrying,
): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await step(until - clock.now())
    } catch (fault) {
      const least = pauseAfter(fault)
      if (least === undefined) throw fault
      const wait = Math.max(least, pauseMs * (0.5 + clock.random() / 2))
      if (clock.now() + wait >= until) throw fault
      await clock.delay(wait)
    }
  }
}

import type { CountedEvent } from '../cluster/index.ts'
import type { PodEvent, PodReport } from '../engine/index.ts'

/** What Events this agent has created lately, so that the same one is counted rather than created again. */
export type EventBook = {
  /**
   * The Event that says the same of the same pod, with its new count, which is the old one where it is of the same
   * container: that was told before. Undefined where there is none.
   */
  readonly again: (report: PodReport, event: PodEvent) => CountedEvent | undefined
  readonly created: (report: PodReport, event: PodEvent) => void
}

// As long as the API server keeps them by default, less some.
const KEPT_MS = 45 * 60_000
const MOST = 2_000

/** An empty book. */
export function eventBook(now: () => number): EventBook {
  const book = new Map<string, CountedEvent & { readonly at: number }>()
  return {
    again(report, event) {
      const key = keyOf(report, event)
      const before = book.get(key)
      if (!before || now() - before.at > KEPT_MS) return undefined
      const isSame = before.report.containerId === report.containerId
      const booked = { ...before, count: before.count + (isSame ? 0 : 1) }
      book.set(key, booked)
      return booked
    },
    created(report, event) {
      const key = keyOf(report, event)
      book.delete(key)
      const { pod, containerId } = report
      book.set(key, { report: { pod, containerId, events: [] }, event, count: 1, at: now() })
      const [oldest] = book.keys()
      if (book.size > MOST && oldest !== undefined) book.delete(oldest)
    },
  }
}

function keyOf({ pod }: PodReport, { type, reason, message }: PodEvent): string {
  return JSON.stringify([pod.namespace, pod.name, pod.uid ?? '', type, reason, message])
}

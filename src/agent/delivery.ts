import {
  type Clock,
  countEvent,
  createEvent,
  isPointless,
  type KubeClient,
  pauseAfterFault,
  retried,
  statusOf,
  writeStatus,
} from '../cluster/index.ts'
import type { Log, PodEvent, PodReport } from '../engine/index.ts'
import { type EventBook, eventBook } from './event-book.ts'
import type { Metrics } from './metrics.ts'
import type { KeptReport } from './outbox.ts'

/** What a delivery is made of. */
export type DeliveryOptions = {
  /** The client of the configuration as it is now. */
  readonly client: () => KubeClient
  readonly events: () => boolean
  readonly host: string
  readonly metrics: Metrics
  readonly log: Log
  readonly clock: Clock
}

/** Tells the API server what is to be told, in the background. */
export type Delivery = {
  readonly deliver: (kept: KeptReport) => void
  /** How many are not told yet. */
  readonly pending: () => number
  /** Resolves when all is told that is to be told now. */
  readonly settled: () => Promise<void>
}

/**
 * A delivery that goes on until the API server has taken everything, or the pod is gone: of each pod in the order it
 * came, the status first. A status that a later one of the pod has overtaken is left out.
 */
export function delivery(options: DeliveryOptions): Delivery {
  const { metrics, log } = options
  const book = eventBook(options.clock.now)
  const last = new Map<string, { readonly kept: KeptReport; readonly told: Promise<void> }>()
  let pending = 0
  return {
    deliver(kept) {
      const key = podKey(kept.report)
      const before = last.get(key)?.told ?? Promise.resolve()
      pending += 1
      const told = before
        .then(() => tell(options, book, kept.report, () => last.get(key)?.kept !== kept))
        .catch((fault: unknown) => log.error('a report could not be told', { pod: key, cause: String(fault) }))
        .then(() => {
          kept.forget()
          pending -= 1
          metrics.reportTold()
          if (last.get(key)?.kept === kept) last.delete(key)
        })
      last.set(key, { kept, told })
    },
    pending: () => pending,
    settled: async () => {
      await Promise.all([...last.values()].map(({ told }) => told))
    },
  }
}

async function tell(
  options: DeliveryOptions,
  book: EventBook,
  report: PodReport,
  isOvertaken: () => boolean,
): Promise<void> {
  const { client, events } = options
  await tried(options, report, 'status', async (leftMs) => {
    if (!isOvertaken()) await writeStatus(client(), report, leftMs)
  })
  if (!events()) return
  for (const event of report.events) await tellEvent(options, book, report, event)
}

async function tellEvent(options: DeliveryOptions, book: EventBook, report: PodReport, event: PodEvent): Promise<void> {
  const { client, host, metrics } = options
  const booked = book.again(report, event)
  if (booked?.count === 1) return
  await tried(options, report, 'event', async () => {
    if (booked) return countEvent(client(), booked)
    await createEvent(client(), report, event, { host })
    book.created(report, event)
    metrics.eventCreated(event.reason)
  })
}

// No end to the patience: the pod runs meanwhile, and somebody may wait for its status.
async function tried(
  { clock, metrics, log }: DeliveryOptions,
  report: PodReport,
  what: 'status' | 'event',
  step: (leftMs: number) => Promise<void>,
): Promise<void> {
  const pauseAfter = (fault: unknown): number | undefined => {
    const pause = pauseAfterFault(fault) ?? (isRefusal(fault) ? REFUSED_PAUSE_MS : undefined)
    if (pause === undefined) return undefined
    metrics.reportRetried(what)
    log.warning('what became of a pod could not be told yet', { what, pod: podKey(report), cause: String(fault) })
    return pause
  }
  try {
    await retried(step, { until: Number.POSITIVE_INFINITY, pauseAfter, clock })
  } catch (fault) {
    if (isPointless(fault)) return
    metrics.reportFailed(what)
    log.error('what became of a pod cannot be told', { what, pod: podKey(report), cause: String(fault) })
  }
}

// Credentials and rights are renewed by others, and then it works.
const REFUSED_PAUSE_MS = 5_000

function isRefusal(fault: unknown): boolean {
  return [401, 403].includes(statusOf(fault) ?? 0)
}

function podKey({ pod }: PodReport): string {
  return `${pod.namespace}/${pod.name}/${pod.uid ?? ''}`
}

import type { Log, PodEvent, PodReport, Reporter } from '../engine/index.ts'
import { eventCount, eventObject, eventPath, eventsPath } from './event.ts'
import type { KubeClient } from './kube-client.ts'
import { isPassing, KubeError, statusOf } from './kube-error.ts'
import { CLOCK, type Clock, retried } from './retries.ts'
import { statusPatch, statusPath } from './status-patch.ts'

/** What a reporter that tells the API server is made of. */
export type KubeReporterOptions = {
  readonly client: KubeClient
  readonly log: Log
  /** Whether Events are created. */
  readonly events: boolean
  /** How long a runtime is kept waiting for it, at the most. */
  readonly patienceMs: number
  readonly host?: string | undefined
  readonly clock?: Clock
}

/**
 * A reporter that tells the API server itself: the status first, then the Events. What cannot be told in time is said
 * in the log, and the pod runs all the same.
 */
export function kubeReporter(options: KubeReporterOptions): Reporter {
  const { client, log, events, patienceMs, host, clock = CLOCK } = options
  return {
    async report(report) {
      const until = clock.now() + patienceMs
      const tell = async (what: string, step: () => Promise<void>): Promise<void> => {
        try {
          await retried(step, { until, pauseAfter: pauseAfterFault, clock })
        } catch (fault) {
          if (isPointless(fault)) return
          const { namespace, name } = report.pod
          log.error(`${what} could not be written`, {
            pod: `${namespace}/${name}`,
            containerId: report.containerId,
            cause: String(fault),
          })
        }
      }
      await tell('the network status', () => writeStatus(client, report))
      if (!events) return
      await Promise.all(report.events.map((event) => tell('an Event', () => createEvent(client, report, event, host))))
    },
  }
}

/** Writes a report's network status, where it has one. @throws KubeError */
export async function writeStatus(client: KubeClient, report: PodReport): Promise<void> {
  const patch = statusPatch(report)
  if (patch) await client.patch(statusPath(report.pod), patch)
}

/** Creates an Event of a report; one that is there already was sent before, and its answer got lost. @throws KubeError */
export async function createEvent(
  client: KubeClient,
  report: PodReport,
  event: PodEvent,
  host?: string,
): Promise<void> {
  try {
    await client.post(eventsPath(report.pod), eventObject(report, event, new Date(), host))
  } catch (fault) {
    if (statusOf(fault) !== 409) throw fault
  }
}

/** Says of an Event that was created how often it has happened, the last time now. @throws KubeError */
export async function countEvent(client: KubeClient, { report, event, count }: CountedEvent): Promise<void> {
  await client.patch(eventPath(report, event), eventCount(count, new Date()))
}

/** An Event that was created for a report, and how often it has happened. */
export type CountedEvent = { readonly report: PodReport; readonly event: PodEvent; readonly count: number }

/** How long at least to wait before a failed request is sent again, in milliseconds; undefined where it is final. */
export function pauseAfterFault(fault: unknown): number | undefined {
  if (!isPassing(fault)) return undefined
  return (fault instanceof KubeError ? fault.retryAfterMs : undefined) ?? 0
}

/** Whether the pod is gone, or another one has its name: nobody is left to tell. */
export function isPointless(fault: unknown): boolean {
  return [404, 409, 422].includes(statusOf(fault) ?? 0)
}

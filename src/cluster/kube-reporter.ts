import type { Log, PodEvent, PodReport, Reporter } from '../engine/index.ts'
import { eventCount, eventObject, eventPath, eventsPath } from './event.ts'
import type { KubeClient } from './kube-client.ts'
import { pauseAfterFault, statusOf } from './kube-error.ts'
import { CLOCK, type Clock, retried } from './retries.ts'
import { writeStatus } from './status-write.ts'

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
 * A reporter that tells the API server itself, the status and the Events at once. What cannot be told in time is said
 * in the log, and the pod runs all the same.
 */
export function kubeReporter(options: KubeReporterOptions): Reporter {
  const { client, log, events, patienceMs, host, clock = CLOCK } = options
  return {
    async report(report) {
      const until = clock.now() + patienceMs
      const tell = async (what: string, step: (leftMs: number) => Promise<void>): Promise<void> => {
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
      await Promise.all([
        tell('the network status', (leftMs) => writeStatus(client, report, leftMs)),
        ...(events ? report.events : []).map((event) =>
          tell(`the Event ${event.reason}`, (leftMs) =>
            createEvent(client, report, event, { host, timeoutMs: leftMs }),
          ),
        ),
      ])
    },
  }
}

/** Creates an Event of a report; one that is there already was sent before, and its answer got lost. @throws KubeError */
export async function createEvent(
  client: KubeClient,
  report: PodReport,
  event: PodEvent,
  { host, timeoutMs }: { readonly host?: string | undefined; readonly timeoutMs?: number } = {},
): Promise<void> {
  try {
    await client.post(eventsPath(report.pod), await eventObject(report, event, new Date(), host), timeoutMs)
  } catch (fault) {
    if (statusOf(fault) !== 409) throw fault
  }
}

/** Says of an Event that was created how often it has happened, the last time now. @throws KubeError */
export async function countEvent(client: KubeClient, { report, event, count }: CountedEvent): Promise<void> {
  await client.patch(await eventPath(report, event), eventCount(count, new Date()))
}

/** An Event that was created for a report, and how often it has happened. */
export type CountedEvent = { readonly report: PodReport; readonly event: PodEvent; readonly count: number }

/** Whether the pod is gone, or another one has its name: nobody is left to tell. */
export function isPointless(fault: unknown): boolean {
  return [404, 409, 422].includes(statusOf(fault) ?? 0)
}

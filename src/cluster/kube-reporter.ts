import type { Log, Reporter } from '../engine/index.ts'
import { eventObject, eventsPath } from './event.ts'
import type { KubeClient } from './kube-client.ts'
import { isPassing, KubeError, statusOf } from './kube-error.ts'
import { CLOCK, type Clock, retried } from './retries.ts'
import { writeStatus } from './status-write.ts'

/** What a reporter that tells the API server is made of. */
export type KubeReporterOptions = {
  readonly client: KubeClient
  readonly log: Log
  /** How long a runtime is kept waiting for it, at the most. */
  readonly patienceMs: number
  readonly host?: string | undefined
  readonly clock?: Clock
}

/**
 * A reporter that tells the API server itself, the status and the Events at once. What cannot be told in time is said
 * in the log, and the pod runs all the same.
 */
export function kubeReporter({ client, log, patienceMs, host, clock = CLOCK }: KubeReporterOptions): Reporter {
  return {
    async report(report) {
      const until = clock.now() + patienceMs
      const tell = async (what: string, step: (leftMs: number) => Promise<void>): Promise<void> => {
        try {
          await retried(step, { until, pauseAfter, clock })
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
        ...report.events.map((event) =>
          tell(`the Event ${event.reason}`, (leftMs) =>
            created(client, eventsPath(report.pod), eventObject(report, event, new Date(), host), leftMs),
          ),
        ),
      ])
    },
  }
}

async function created(client: KubeClient, path: string, event: object, leftMs: number): Promise<void> {
  try {
    await client.post(path, event, leftMs)
  } catch (fault) {
    // It was sent before, and the answer got lost.
    if (statusOf(fault) !== 409) throw fault
  }
}

function pauseAfter(fault: unknown): number | undefined {
  if (!isPassing(fault)) return undefined
  return (fault instanceof KubeError ? fault.retryAfterMs : undefined) ?? 0
}

// The pod is gone, or another one has its name: nobody is left to tell.
function isPointless(fault: unknown): boolean {
  return [404, 409, 422].includes(statusOf(fault) ?? 0)
}

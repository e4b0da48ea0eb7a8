import { createHash } from 'node:crypto'
import type { PodEvent, PodReport } from '../engine/index.ts'
import { apiPath } from './api-path.ts'

const COMPONENT = 'plexus'
// The API server takes no longer ones.
const MAX_NAME = 253
const MAX_MESSAGE = 1024

/**
 * The Event of a report, as it is created. Its name follows from what it says of which container, so that one that
 * is sent again is the same one, and the API server keeps it once.
 */
export function eventObject({ pod, containerId }: PodReport, event: PodEvent, now: Date, host?: string): object {
  const { namespace, name, uid } = pod
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z')
  const message = event.message.length > MAX_MESSAGE ? `${event.message.slice(0, MAX_MESSAGE - 1)}…` : event.message
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace, name: eventName(name, [uid ?? '', containerId, event.reason, message]) },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, ...(uid ? { uid } : {}) },
    type: event.type,
    reason: event.reason,
    message,
    source: { component: COMPONENT, ...(host ? { host } : {}) },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  }
}

/** The path a pod's Events are created at. */
export function eventsPath({ namespace }: PodReport['pod']): string {
  return apiPath`/api/v1/namespaces/${namespace}/events`
}

function eventName(pod: string, parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
  return `${pod.slice(0, MAX_NAME - digest.length - 1)}.${digest}`
}

import type { PodEvent, PodReport } from '../engine/index.ts'
import { apiPath } from './api-path.ts'

const COMPONENT = 'plexus'
// Nodes have no namespace, and Events need one.
const NODE_EVENTS = 'default'
// The API server takes no longer ones.
const MAX_NAME = 253
const MAX_MESSAGE = 1024

/**
 * The Event of a report, as it is created. Its name follows from what it says of which container, so that one that
 * is sent again is the same one, and the API server keeps it once.
 */
export async function eventObject(report: PodReport, event: PodEvent, now: Date, host?: string): Promise<object> {
  const { namespace, name, uid } = report.pod
  return {
    ...eventParts(event, now, host),
    metadata: { namespace, name: await eventName(report, event) },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, ...(uid ? { uid } : {}) },
  }
}

/** An Event about a node, as it is created. */
export function nodeEventObject(node: string, event: NodeEvent, now: Date): object {
  return {
    ...eventParts(event, now, node),
    metadata: { namespace: NODE_EVENTS, generateName: `${node}.` },
    // Kubernetes' own Events about nodes have the node's name for its UID.
    involvedObject: { apiVersion: 'v1', kind: 'Node', name: node, uid: node },
  }
}

/** Something the owner of a node should know. */
export type NodeEvent = { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }

/** The path a pod's Events are created at. */
export function eventsPath({ namespace }: PodReport['pod']): string {
  return apiPath`/api/v1/namespaces/${namespace}/events`
}

/** The path of the Event that {@link eventObject} makes of a report. */
export async function eventPath(report: PodReport, event: PodEvent): Promise<string> {
  return `${eventsPath(report.pod)}/${await eventName(report, event)}`
}

/** The JSON merge patch of an Event that has happened again. */
export function eventCount(count: number, now: Date): object {
  return { count, lastTimestamp: timeOf(now) }
}

/** The path Events about nodes are created at. */
export function nodeEventsPath(): string {
  return `/api/v1/namespaces/${NODE_EVENTS}/events`
}

function eventParts(event: NodeEvent, now: Date, host?: string) {
  const time = timeOf(now)
  return {
    apiVersion: 'v1',
    kind: 'Event',
    type: event.type,
    reason: event.reason,
    message: messageOf(event),
    source: { component: COMPONENT, ...(host ? { host } : {}) },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  }
}

async function eventName({ pod, containerId }: PodReport, event: PodEvent): Promise<string> {
  // Loaded late: it takes 2 ms, and a call whose agent tells the API server needs it not.
  const { createHash } = await import('node:crypto')
  const parts = [pod.uid ?? '', containerId, event.reason, messageOf(event)]
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
  return `${pod.name.slice(0, MAX_NAME - digest.length - 1)}.${digest}`
}

function messageOf({ message }: NodeEvent): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message
}

// The API server takes no fractions of a second.
function timeOf(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z')
}

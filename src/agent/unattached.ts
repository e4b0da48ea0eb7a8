import { NETWORKS_ANNOTATION } from '../attach/index.ts'
import { findRecord, type JournalStore, type PodReport } from '../engine/index.ts'
import type { ClusterView, SeenPod } from './cluster-view.ts'

/** What pods are judged by. */
export type Judging = {
  readonly journal: JournalStore
  readonly view: Pick<ClusterView, 'pods'>
  /** Whether the node has containers that Multus attached: of those nothing is known here. */
  readonly hasOthers: () => boolean
  readonly now: () => Date
}

// Its report may be on its way, or its call have ended just now.
const SETTLED_MS = 30_000

/**
 * The pods that run without the networks they ask for: attached while the runtime did not call Plexus, as after a
 * boot at which its configuration was not in place yet. They stay so until somebody deletes them.
 */
export function unattachedPods({ journal, view, hasOthers, now }: Judging): readonly SeenPod[] {
  const asking = view.pods.values().filter((pod) => asksForNetworks(pod) && hasRunFor(pod, SETTLED_MS, now()))
  if (asking.length === 0 || hasOthers()) return []
  const attached = attachedPods(journal)
  return asking.filter(
    ({ namespace, name, uid, isStatic }) =>
      !attached.has(`${namespace}/${name}/${uid}`) && !(isStatic && attached.has(`${namespace}/${name}`)),
  )
}

/** What is to be said of such a pod. */
export function unattachedReport({ namespace, name, uid }: SeenPod): PodReport {
  const message =
    'runs without the networks it asks for: it was started when Plexus was not called; delete the pod to have them'
  return {
    pod: { namespace, name, uid },
    containerId: 'none',
    events: [{ type: 'Warning', reason: 'FailedAttachment', message }],
  }
}

function asksForNetworks({ phase, isLeaving, hostNetwork, annotations }: SeenPod): boolean {
  return phase === 'Running' && !isLeaving && !hostNetwork && (annotations[NETWORKS_ANNOTATION] ?? '').trim() !== ''
}

function hasRunFor({ runningSince }: SeenPod, ms: number, now: Date): boolean {
  return runningSince !== undefined && now.getTime() - Date.parse(runningSince) >= ms
}

function attachedPods(journal: JournalStore): ReadonlySet<string> {
  const names = journal.list().flatMap((containerId) => {
    const found = findRecord(journal, containerId)
    if (found.kind !== 'record') return []
    return found.record.calls.flatMap(({ pod }) =>
      pod ? [`${pod.namespace}/${pod.name}`, `${pod.namespace}/${pod.name}/${pod.uid}`] : [],
    )
  })
  return new Set(names)
}

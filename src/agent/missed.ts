import { NETWORK_STATUS_ANNOTATION, statusText } from '../cluster/index.ts'
import { attachedReport, findRecord, type JournalStore, type PodReport } from '../engine/index.ts'
import type { ClusterView } from './cluster-view.ts'

/**
 * What has not been told of pods that are attached: the journal says what each has, its annotation what was told. For
 * when an agent comes up: the calls that ended while there was none may have reached nobody.
 */
export function missedReports(journal: JournalStore, { pods }: Pick<ClusterView, 'pods'>): readonly PodReport[] {
  return journal.list().flatMap((containerId) => {
    const found = findRecord(journal, containerId)
    if (found.kind !== 'record') return []
    return found.record.calls.flatMap((call) => {
      const { pod, attachments } = call
      if (!pod || attachments.some(({ state }) => state !== 'added')) return []
      const seen = pods.get(`${pod.namespace}/${pod.name}`)
      if (!seen || (pod.uid !== undefined && seen.uid !== pod.uid && !seen.isStatic)) return []
      const report = attachedReport(containerId, pod, call)
      return isTold(report, seen.annotations[NETWORK_STATUS_ANNOTATION]) ? [] : [report]
    })
  })
}

function isTold({ status = [] }: PodReport, annotation: string | undefined): boolean {
  return annotation !== undefined && compact(annotation) === compact(statusText(status))
}

// What was written may have been laid out otherwise.
function compact(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json))
  } catch {
    return json
  }
}

import type { PodReport } from '../engine/index.ts'
import { apiPath } from './api-path.ts'

/** A JSON merge patch of a pod's annotations, for the pod of a UID. */
export type StatusPatch = {
  readonly metadata: { readonly uid?: string; readonly annotations: Readonly<Record<string, string>> }
}

/** The annotation that says which networks a pod has (5). */
export const NETWORK_STATUS_ANNOTATION = 'k8s.v1.cni.cncf.io/network-status'

/**
 * The JSON merge patch of `pods/status` that writes a report's network status, in Multus' layout; undefined where it
 * has none. The UID makes the API server refuse it for another pod of the same name.
 */
export function statusPatch({ pod, status }: PodReport): StatusPatch | undefined {
  if (!status) return undefined
  const annotations = { [NETWORK_STATUS_ANNOTATION]: statusText(status) }
  const uid = pod.mirrorUid ?? pod.uid
  return { metadata: { ...(uid ? { uid } : {}), annotations } }
}

/** The text of the annotation. */
export function statusText(status: NonNullable<PodReport['status']>): string {
  return `[${status.map((entry) => JSON.stringify(entry, null, 4)).join(',')}]`
}

/** The path a pod's status is patched at. */
export function statusPath({ namespace, name }: PodReport['pod']): string {
  return apiPath`/api/v1/namespaces/${namespace}/pods/${name}/status`
}

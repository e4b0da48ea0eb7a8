import { isJsonObject, type JsonObject } from '../cni/index.ts'
import type { PodReport } from '../engine/index.ts'
import { apiPath } from './api-path.ts'
import type { KubeClient } from './kube-client.ts'
import { statusOf } from './kube-error.ts'
import { type StatusPatch, statusPatch, statusPath } from './status-patch.ts'

const CONFLICTS = 5

/**
 * Writes a report's network status, if it has one: by one patch or, where that is forbidden, by reading the pod and
 * putting it back. Multus' service account may do the one and not the other.
 * @throws KubeError, that of the patch where neither is allowed.
 */
export async function writeStatus(client: KubeClient, report: PodReport, timeoutMs?: number): Promise<void> {
  const patch = statusPatch(report)
  if (!patch) return
  try {
    await client.patch(statusPath(report.pod), patch, timeoutMs)
  } catch (fault) {
    if (statusOf(fault) !== 403) throw fault
    try {
      await putStatus(client, report, patch, timeoutMs)
    } catch (second) {
      throw statusOf(second) === 403 ? fault : second
    }
  }
}

// Others write a pod's status as well; who comes second has to read it again.
async function putStatus(
  client: KubeClient,
  { pod: { namespace, name } }: PodReport,
  { metadata: { uid, annotations } }: StatusPatch,
  timeoutMs: number | undefined,
): Promise<void> {
  const path = apiPath`/api/v1/namespaces/${namespace}/pods/${name}`
  for (let conflicts = 0; ; conflicts += 1) {
    const pod = objectOf(await client.get(path, {}, timeoutMs))
    const metadata = objectOf(pod['metadata'])
    if (uid !== undefined && metadata['uid'] !== uid) return
    const told = { ...metadata, annotations: { ...objectOf(metadata['annotations']), ...annotations } }
    try {
      return await client.put(`${path}/status`, { ...pod, metadata: told }, timeoutMs)
    } catch (fault) {
      if (statusOf(fault) !== 409 || conflicts === CONFLICTS) throw fault
    }
  }
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

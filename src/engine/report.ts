import { type NetworkStatus, networkStatus } from '../attach/index.ts'
import { type CniError, CODE, EMPTY_RESULT } from '../cni/index.ts'
import type { AttachmentRecord, CallRecord } from './journal-record.ts'
import type { PodEvent, PodRef, PodReport } from './ports.ts'

/**
 * What is to be said of a pod's attached call: its network status, and an Event for each interface. Made from the
 * journal alone, so that it can be said again by whoever reads that.
 */
export function attachedReport(containerId: string, pod: PodRef, { attachments }: CallRecord): PodReport {
  return { pod, containerId, status: attachments.flatMap(statusOf), events: attachments.flatMap(addedEvents) }
}

/** What is to be said of a pod whose call failed: an Event with the reason. */
export function failedReport(containerId: string, pod: PodRef, { code, msg }: CniError): PodReport {
  const reason = code === CODE.networkNotFound ? 'NoNetworkFound' : 'FailedAttachment'
  return { pod, containerId, events: [{ type: 'Warning', reason, message: msg }] }
}

function statusOf(attachment: AttachmentRecord): readonly NetworkStatus[] {
  const { name, isDefault, ifName, added = EMPTY_RESULT, deviceInfo } = attachment
  return networkStatus({ name, isDefault, ifName, added, deviceInfo })
}

// In Multus' words, which people search for.
function addedEvents(attachment: AttachmentRecord): readonly PodEvent[] {
  const { name, ifName, added = EMPTY_RESULT } = attachment
  const addresses = (added.ips ?? []).map(({ address }) => address)
  if (addresses.length === 0 && !added.interfaces?.length) return []
  return [{ type: 'Normal', reason: 'AddedInterface', message: `Add ${ifName} [${addresses.join(' ')}] from ${name}` }]
}

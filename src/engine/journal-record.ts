import type { Chaining, DefinitionRef, PlannedAttachment } from '../attach/index.ts'
import {
  CniError,
  CODE,
  type JsonObject,
  type NetworkList,
  parseJsonObject,
  type Result,
  toJson,
  type VersionedResult,
} from '../cni/index.ts'
import { isRecord } from './generated/validators.js'
import type { PluginRunRecord } from './plugin-runs.ts'
import type { PodRef } from './ports.ts'

/** The version of the journal's format; a reader refuses what it does not know. */
export const JOURNAL_VERSION = 1

/** How far an attachment got. What is `planned` was never begun: no plugin has been run for it. */
export type AttachmentState = 'planned' | 'adding' | 'added'

/** One attachment of a container: everything that a later CHECK or DEL needs, and nothing that may be gone by then. */
export type AttachmentRecord = {
  readonly name: string
  readonly network: NetworkList
  readonly ifName: string
  readonly isDefault: boolean
  readonly chaining: Chaining
  /** The `CNI_ARGS` its plugins got. */
  readonly cniArgs: string
  readonly capabilityArgs: JsonObject
  readonly definition?: DefinitionRef | undefined
  /** The DeviceInfo file of the device it takes. */
  readonly deviceInfoFile?: string | undefined
  /** What that file says, for the network status. */
  readonly deviceInfo?: JsonObject | undefined
  readonly state: AttachmentState
  /** When each of its plugins ran in ADD; none where an older Plexus wrote it. */
  readonly runs?: readonly PluginRunRecord[] | undefined
  /** What the last plugin returned, and what became of it since: the `prevResult` of CHECK and DEL. */
  readonly result?: VersionedResult | undefined
  /** What of the result the network itself added, in the newest shape: what its status says. */
  readonly added?: Result | undefined
}

/** One ADD of the runtime. */
export type CallRecord = {
  /** The name of the node configuration the call was made with. */
  readonly network: string
  readonly ifName: string
  readonly netns: string
  readonly pod?: PodRef | undefined
  /** Where plugins were looked for. */
  readonly pluginFolders: readonly string[]
  readonly bootId: string
  /** RFC 3339. */
  readonly startedAt: string
  readonly attachments: readonly AttachmentRecord[]
}

/** What the journal holds of a container. */
export type ContainerRecord = { readonly containerId: string; readonly calls: readonly CallRecord[] }

/** The text of a record. */
export function recordText({ containerId, calls }: ContainerRecord): string {
  return `${toJson({ journal: JOURNAL_VERSION, containerId, calls })}\n`
}

/**
 * The record of a text.
 * @throws CniError 6 where the text is truncated, foreign, or of a version this Plexus does not know.
 */
export function parseRecord(text: string, containerId: string): ContainerRecord {
  const origin = `the journal of container ${containerId}`
  const record = parseJsonObject(text, origin)
  if (record['journal'] !== JOURNAL_VERSION)
    throw new CniError(
      CODE.decodingFailure,
      `${origin}: is of version ${toJson(record['journal'] ?? null)}, not ${JOURNAL_VERSION}`,
    )
  if (record['containerId'] !== containerId)
    throw new CniError(CODE.decodingFailure, `${origin}: is that of another container`)
  if (!isRecord(record))
    throw new CniError(
      CODE.decodingFailure,
      `${origin}: ${isRecord.errors?.[0]?.instancePath || 'it'} is not what Plexus writes there`,
    )
  return { containerId, calls: record['calls'] as unknown as readonly CallRecord[] }
}

/** The record of a planned attachment that nothing has been run for. */
export function plannedRecord(planned: PlannedAttachment, cniArgs: string): AttachmentRecord {
  const { name, network, ifName, isDefault, chaining, capabilityArgs, definition } = planned
  return { name, network, ifName, isDefault, chaining, cniArgs, capabilityArgs, definition, state: 'planned' }
}

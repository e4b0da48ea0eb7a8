import type { AllocatedDevice, Plan, PlannedAttachment } from '../attach/index.ts'
import {
  addedResult,
  addNetwork,
  attributedResult,
  type ChainSettings,
  CniError,
  CODE,
  convertResult,
  EMPTY_RESULT,
  inContext,
  isCniError,
  type JsonObject,
  mergeResults,
  newestResult,
  type Result,
  refreshedResult,
  type VersionedResult,
  withCniArgs,
} from '../cni/index.ts'
import { type AttachmentRecord, plannedRecord } from './journal-record.ts'
import { notingRuns } from './plugin-runs.ts'
import type { DeviceInfos, Log } from './ports.ts'

/** One network attached: what its last plugin returned, and what of it the network itself added. */
export type Attached = {
  readonly planned: PlannedAttachment
  readonly returned: VersionedResult
  readonly added: Result
}

/** All networks attached, and what is to be recorded of them: that the last one is, the caller has to. */
export type AttachedNetworks = {
  readonly attached: readonly Attached[]
  readonly records: readonly AttachmentRecord[]
}

/** What {@link attachNetworks} needs beside the plan. */
export type Attaching = {
  readonly settings: ChainSettings
  readonly containerId: string
  readonly netns: string
  /** The runtime's `CNI_ARGS`. */
  readonly cniArgs: string
  readonly log: Log
  readonly deviceInfos: DeviceInfos
  /** Milliseconds since the ADD began. */
  readonly elapsedMs: () => number
  /** Puts on disk how far the attachments are; called before each one begins. */
  readonly record: (attachments: readonly AttachmentRecord[]) => void
}

/**
 * Attaches a plan's networks, one after another (7.3), the first plugin of a threaded one given the merged result
 * of those before it. What is about to be run is recorded before it runs.
 * @throws CniError of the first network that fails, with its name; the record says how far it got.
 */
export async function attachNetworks(plan: Plan, attaching: Attaching): Promise<AttachedNetworks> {
  const records = plan.attachments.map((planned) =>
    plannedRecord(planned, withCniArgs(attaching.cniArgs, planned.cniArgs)),
  )
  const attached: Attached[] = []
  for (const [index, planned] of plan.attachments.entries()) {
    await inContext({ network: planned.name, interface: planned.ifName }, async () => {
      const sofar = mergeAttached(attached)
      if (!planned.rides) requireFree(planned.ifName, attaching.netns, sofar)
      const record = beginning(planned, records[index] as AttachmentRecord, attaching)
      records[index] = record
      attaching.record(records)
      if (planned.device && record.deviceInfoFile) publishDevice(attaching, record.deviceInfoFile, planned.device)
      const { settings, runs } = notingRuns(attaching.settings, attaching.elapsedMs)
      const one = await attachOne(planned, record, sofar, { ...attaching, settings })
      attached.push(one)
      reportForeign(one, attaching)
      const deviceInfo = record.deviceInfoFile && readDevice(attaching, record.deviceInfoFile)
      const made = { state: 'added', result: one.returned, added: one.added } as const
      records[index] = { ...record, ...made, runs, ...(deviceInfo ? { deviceInfo } : {}) }
    })
  }
  return { attached, records }
}

/** The merged result of what is attached so far, each interface as the last network that named it left it. */
export function mergeAttached(attached: readonly Attached[]): Result {
  return attached.reduce(
    (sofar, { added, returned }) => mergeResults([refreshedResult(sofar, newestResult(returned)), added]),
    EMPTY_RESULT,
  )
}

// Device Information Specification 1.1.0, section 4: plugins that take a device are told where its file is.
function beginning(
  { device, name, ifName }: PlannedAttachment,
  record: AttachmentRecord,
  { deviceInfos, containerId }: Attaching,
): AttachmentRecord {
  if (!device) return { ...record, state: 'adding' }
  const path = deviceInfos.pathOf({ network: name, containerId, ifName })
  const capabilityArgs = { ...record.capabilityArgs, CNIDeviceInfoFile: path }
  return { ...record, capabilityArgs, deviceInfoFile: path, state: 'adding' }
}

function publishDevice({ deviceInfos, log }: Attaching, path: string, device: AllocatedDevice): void {
  leftOut(log, path, () => deviceInfos.publish(path, device))
}

function readDevice({ deviceInfos, log }: Attaching, path: string): JsonObject | undefined {
  return leftOut(log, path, () => deviceInfos.read(path))
}

// A network works without it: no pod fails for what a device plugin wrote.
function leftOut<T>(log: Log, path: string, step: () => T): T | undefined {
  try {
    return step()
  } catch (fault) {
    if (!isCniError(fault)) throw fault
    log.warning('device information is left out', { path, cause: fault.msg })
    return undefined
  }
}

async function attachOne(
  planned: PlannedAttachment,
  { cniArgs, capabilityArgs }: AttachmentRecord,
  sofar: Result,
  { settings, containerId, netns, log }: Attaching,
): Promise<Attached> {
  const { network, ifName, isDefault } = planned
  const handed = isDefault || planned.chaining === 'isolated' ? undefined : convertResult(sofar, network.cniVersion)
  if (handed && handed.lost.length > 0)
    log.warning('merged result converted, not all of it fits', {
      network: planned.name,
      to: network.cniVersion,
      lost: handed.lost,
    })
  const attachment = { containerId, netns, ifName, cniArgs, capabilityArgs }
  const returned = await addNetwork(settings, network, attachment, handed?.result)
  return { planned, returned, added: ownResult(planned, netns, returned, handed?.result) }
}

function ownResult(
  { isDefault, ifName }: PlannedAttachment,
  netns: string,
  returned: VersionedResult,
  handed: VersionedResult | undefined,
): Result {
  const whole = newestResult(returned)
  const added = handed ? addedResult(newestResult(handed), whole) : whole
  return isDefault ? added : attributedResult(added, ifName, netns)
}

// No plugin was asked to go there, and DEL does not: what is said of it is the plugin's own.
function reportForeign({ planned, added }: Attached, { netns, log }: Attaching): void {
  const foreign = (added.interfaces ?? []).filter(({ sandbox }) => sandbox && sandbox !== netns)
  if (foreign.length === 0) return
  log.warning('a result names interfaces of another sandbox', {
    network: planned.name,
    interfaces: foreign.map(({ name, sandbox }) => `${name} in ${sandbox}`),
  })
}

// 4.1.2.1.5. What no result told of, the plugin finds: CNI has it refuse an interface that exists.
function requireFree(ifName: string, netns: string, sofar: Result): void {
  if (!(sofar.interfaces ?? []).some(({ name, sandbox }) => name === ifName && sandbox === netns)) return
  throw new CniError(CODE.interfaceTaken, `interface ${ifName} is taken: a network before it made one of that name`)
}

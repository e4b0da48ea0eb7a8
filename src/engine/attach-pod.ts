import { type Plan, type RouteChange, resultAfter, routeChange } from '../attach/index.ts'
import {
  CniError,
  CODE,
  editResult,
  type InvocationOf,
  inContext,
  mergeResults,
  type Result,
  refreshedResult,
} from '../cni/index.ts'
import { type Attached, attachNetworks, mergeAttached } from './attach-networks.ts'
import { type Context, chainSettings, keyOf, pluginFolders } from './context.ts'
import { detach, failureOf } from './detach.ts'
import { callOf, findRecord, type JournalEntry, journalEntry } from './journal.ts'
import type { AttachmentRecord, CallRecord } from './journal-record.ts'
import { writeForMultus } from './multus-handover.ts'
import type { PodPlan } from './planning.ts'
import type { PodRef } from './ports.ts'
import { rebuiltCall } from './rebuild.ts'

/** What an ADD came to: the result for the runtime, in the newest shape, and what the journal holds of it. */
export type AttachedPod = { readonly result: Result; readonly call: CallRecord }

/**
 * Attaches every network of a plan. Nothing is left of it when it fails, wherever it fails.
 * @throws CniError with the network, interface and plugin at fault.
 */
export async function attachPod(context: Context<InvocationOf<'ADD'>>, planned: PodPlan): Promise<AttachedPod> {
  const { invocation, ports } = context
  return ports.locks.container(invocation.containerId, async () => {
    const found = findRecord(ports.journal, invocation.containerId)
    const entry = journalEntry(ports.journal, invocation.containerId, found, keyOf(context))
    const before = callOf(found, keyOf(context))
    if (found.kind === 'corrupt') await clear(context, entry, await rebuiltCall(context, found.fault))
    else if (before) await clearInterrupted(context, entry, before)
    return carryOut(context, planned, entry)
  })
}

// A runtime adds a container once. Where a call was cut off half way, what it began is deleted first.
async function clearInterrupted(
  context: Context<InvocationOf<'ADD'>>,
  entry: JournalEntry,
  before: CallRecord,
): Promise<void> {
  const { invocation, ports } = context
  const { containerId, ifName } = invocation
  if (before.attachments.every(({ state }) => state === 'added'))
    throw new CniError(
      CODE.interfaceTaken,
      `container ${containerId} is attached as ${ifName} already; it has to be deleted first`,
    )
  ports.log.warning('an earlier ADD was cut off; what it began is deleted', { containerId })
  await clear(context, entry, before)
}

async function clear(context: Context<InvocationOf<'ADD'>>, entry: JournalEntry, call: CallRecord): Promise<void> {
  const { containerId, netns } = context.invocation
  await context.ports.machine.endOrphans(containerId)
  const failure = failureOf(await detach(context, { containerId, netns, call, entry }))
  if (failure) throw failure
}

async function carryOut(
  context: Context<InvocationOf<'ADD'>>,
  { plan, pod }: PodPlan,
  entry: JournalEntry,
): Promise<AttachedPod> {
  const { invocation, ports } = context
  const { containerId, netns, cniArgs } = invocation
  let call = callRecord(context, pod)
  let flushed: Promise<void> | undefined
  const record = (attachments: readonly AttachmentRecord[]): void => {
    call = { ...call, attachments }
    try {
      entry.save(call)
    } catch (fault) {
      // What could not be written down is not begun.
      call = { ...call, attachments: attachments.filter(({ state }) => state !== 'adding') }
      throw fault
    }
    // One wait for the disk an ADD, and the first delegate runs meanwhile.
    flushed ??= settled(entry.flush())
  }
  try {
    const settings = chainSettings(context, pluginFolders(context))
    const { log, deviceInfos } = ports
    const began = ports.machine.now().getTime()
    const elapsedMs = (): number => ports.machine.now().getTime() - began
    const attaching = { settings, containerId, netns, cniArgs, record, log, deviceInfos, elapsedMs }
    const { attached, records } = await attachNetworks(plan, attaching)
    call = { ...call, attachments: records }
    const change = await changeRoutes(context, plan, () => record(records))
    const attachments = finalRecords(records, attached, change)
    record(attachments)
    await flushed
    if (context.node.multusCompatible) writeForMultus(context.ports, containerId, call)
    return { result: answer(context, attachments), call }
  } catch (fault) {
    await undo(context, call, entry)
    throw fault
  }
}

function callRecord(context: Context<InvocationOf<'ADD'>>, pod: PodRef | undefined): CallRecord {
  const { invocation, node, ports } = context
  return {
    network: node.name,
    ifName: invocation.ifName,
    netns: invocation.netns,
    pod,
    pluginFolders: pluginFolders(context),
    bootId: ports.machine.bootId(),
    startedAt: ports.machine.now().toISOString(),
    attachments: [],
  }
}

// Its failure is thrown where it is awaited; meanwhile it must not count as unhandled.
function settled(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined)
  return promise
}

async function changeRoutes(
  { invocation, ports }: Context<InvocationOf<'ADD'>>,
  planned: Plan,
  record: () => void,
): Promise<RouteChange | undefined> {
  const carrier = planned.attachments.find(({ defaultRoute }) => defaultRoute !== undefined)
  if (carrier?.defaultRoute === undefined) return undefined
  // One write is left out where nothing else is changed after the networks.
  record()
  const { name, ifName, defaultRoute: gateways } = carrier
  return inContext({ network: name, interface: ifName }, async () => {
    const change = routeChange({ ifName, gateways }, await ports.routes.read(invocation.netns))
    await ports.routes.apply(invocation.netns, change)
    return change
  })
}

// CHECK compares with the namespace as it is: later networks may have changed what earlier ones made, and default
// routes may have moved.
function finalRecords(
  records: readonly AttachmentRecord[],
  attached: readonly Attached[],
  change: RouteChange | undefined,
): readonly AttachmentRecord[] {
  if (attached.length === 1 && !change) return records
  const merged = mergeAttached(attached)
  return records.map((record, index) => {
    const { planned } = attached[index] as Attached
    const edit = (result: Result): Result => {
      const refreshed = refreshedResult(result, merged)
      return change ? resultAfter(refreshed, change, planned.defaultRoute !== undefined) : refreshed
    }
    const { result, added } = record
    return {
      ...record,
      ...(result ? { result: editResult(result, edit) } : {}),
      ...(added ? { added: edit(added) } : {}),
    }
  })
}

function answer({ node }: Context<InvocationOf<'ADD'>>, records: readonly AttachmentRecord[]): Result {
  const answering = node.result === 'merged' ? records : records.filter(({ isDefault }) => isDefault)
  return mergeResults(answering.flatMap(({ added }) => added ?? []))
}

// The first fault is the answer; what cannot be undone now stays in the journal, for the runtime's DEL.
async function undo(context: Context<InvocationOf<'ADD'>>, call: CallRecord, entry: JournalEntry): Promise<void> {
  const { invocation, ports } = context
  const { containerId, netns } = invocation
  const errors = await detach(context, { containerId, netns, call, entry })
  for (const { msg, code, details } of errors)
    ports.log.error('could not be undone; it stays in the journal for DEL', { containerId, code, msg, details })
}

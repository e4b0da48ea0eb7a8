import { CniError, type InvocationOf, withCniArgs } from '../cni/index.ts'
import type { Context } from './context.ts'
import { type AttachmentRecord, type CallRecord, plannedRecord } from './journal-record.ts'
import { cachedRecord, callRecord, delegateRecord, type LateContext, type MultusContainer } from './multus-call.ts'
import { type MultusTraces, tracedContainers, tracesOf } from './multus-traces.ts'
import { planToDelete } from './planning.ts'

/** What is known of a container's attachments, and why that may not be all of them. */
type Known = { readonly attachments: readonly AttachmentRecord[]; readonly lost?: CniError | undefined }

/**
 * DEL: the call that Multus attached a container with: every delegate of its scratch file, with what libcni's cache
 * holds of it. What cannot be read is set aside; what a scratch file said is found out from the cache and, where that
 * may lack something, planned again. Undefined where there is no trace of the call.
 */
export async function takenOver(context: Context<InvocationOf<'DEL'>>): Promise<CallRecord | undefined> {
  const { invocation, ports } = context
  const { containerId, ifName } = invocation
  const traces = tracesOf(ports.multus, containerId)
  if (isAnotherCall(traces, ifName)) return undefined
  const container = { ...invocation, cached: traces.cached }
  const { attachments, lost } = knownAttachments(context, container, traces)
  setAside(context, traces, lost)
  if (!lost && attachments.length === 0) return undefined
  ports.log.verbose('the container was attached by Multus', {
    containerId,
    networks: attachments.map(({ name }) => name),
  })
  const isAll = !lost || (traces.unreadable.length === 0 && attachments.some(({ isDefault }) => isDefault))
  const others = isAll ? [] : await plannedAgain(context, attachments)
  return callRecord(context, container, inOrder([...attachments, ...others]))
}

/** CHECK: the call that Multus attached a container with, as far as it is known; undefined without a trace of it. */
export function knownToMultus(context: Context<InvocationOf<'CHECK'>>): CallRecord | undefined {
  const { invocation, ports } = context
  const traces = tracesOf(ports.multus, invocation.containerId)
  if (isAnotherCall(traces, invocation.ifName)) return undefined
  const container = { ...invocation, cached: traces.cached }
  const { attachments } = knownAttachments(context, container, traces)
  return attachments.length === 0 ? undefined : callRecord(context, container, attachments)
}

/**
 * GC: the calls that Multus attached containers with: of those that are gone, as far as they are known; of those that
 * the runtime lists, where they are known whole. Nothing is set aside.
 * @param journal The containers that the journal knows better.
 */
export function multusCalls(
  context: Context<InvocationOf<'GC'>>,
  journal: readonly string[],
): readonly { readonly containerId: string; readonly call: CallRecord }[] {
  const { invocation, ports } = context
  const containers = tracedContainers(ports.multus).filter((one) => !journal.includes(one))
  return containers.flatMap((containerId) => {
    const traces = tracesOf(ports.multus, containerId)
    const listed = invocation.valid.find(({ containerID }) => containerID === containerId)
    const container = { containerId, ifName: listed?.ifname ?? ownIfName(traces), cniArgs: '', cached: traces.cached }
    const { attachments, lost } = knownAttachments(context, container, traces)
    // To tell networks of half of a running container's attachments would be to take the other half for garbage.
    if (attachments.length === 0 || (listed && lost)) return []
    return [{ containerId, call: callRecord(context, container, attachments) }]
  })
}

function knownAttachments(context: LateContext, container: MultusContainer, { scratch }: MultusTraces): Known {
  switch (scratch.kind) {
    case 'delegates': {
      const { records, fault } = recordsOf(scratch.delegates, (one, index) =>
        delegateRecord(context, container, one, index),
      )
      if (fault) return knownFromCache(context, container, fault)
      return { attachments: [...records, ...attachedLater(context, container, records)] }
    }
    case 'corrupt':
      return knownFromCache(context, container, scratch.fault)
    case 'nothing':
      return knownFromCache(context, container)
  }
}

// What was attached to a running pod is in no scratch file of Multus', and a DEL of its own forgets it.
function attachedLater(
  context: LateContext,
  { containerId, cached }: MultusContainer,
  known: readonly AttachmentRecord[],
): readonly AttachmentRecord[] {
  const others = cached.filter(
    (one) => !known.some((it) => it.network.name === one.network && it.ifName === one.ifName),
  )
  const { records, fault } = recordsOf(others, (entry) => cachedRecord(context, entry, { isDefault: false }))
  if (fault) context.ports.log.error("a network of libcni's cache is left out", { containerId, msg: fault.msg })
  return inOrder(records)
}

function knownFromCache(context: LateContext, { ifName, cached }: MultusContainer, lost?: CniError): Known {
  const { records, fault } = recordsOf(cached, (entry) =>
    cachedRecord(context, entry, { isDefault: entry.ifName === ifName }),
  )
  return { attachments: inOrder(records), lost: lost ?? fault }
}

// Those that there can be a record of, and the first fault.
function recordsOf<T>(
  all: readonly T[],
  record: (one: T, index: number) => AttachmentRecord,
): { readonly records: readonly AttachmentRecord[]; readonly fault?: CniError | undefined } {
  const records: AttachmentRecord[] = []
  let first: CniError | undefined
  for (const [index, one] of all.entries()) {
    try {
      records.push(record(one, index))
    } catch (fault) {
      if (!(fault instanceof CniError)) throw fault
      first ??= fault
    }
  }
  return { records, fault: first }
}

// Multus keeps one scratch file a container, and its runtime may have attached it under several interface names.
function isAnotherCall({ scratch, cached }: MultusTraces, ifName: string): boolean {
  if (scratch.kind !== 'delegates') return false
  const [first, ...others] = scratch.delegates
  if (!first || first.ifName !== undefined) return false
  const taken = others.map((one, index) => one.ifName ?? `net${index + 1}`)
  const own = cached.filter((one) => one.network === first.config['name'] && !taken.includes(one.ifName))
  return own.length > 0 && !own.some((one) => one.ifName === ifName)
}

// What the runtime called the default network's interface; kubelet's runtimes have no other name for it.
function ownIfName({ scratch, cached }: MultusTraces): string {
  const name = scratch.kind === 'delegates' ? scratch.delegates[0]?.config['name'] : undefined
  return cached.find(({ network }) => network === name)?.ifName ?? 'eth0'
}

function setAside({ invocation, ports }: Context<InvocationOf<'DEL'>>, traces: MultusTraces, lost?: CniError): void {
  const { containerId } = invocation
  const { log, multus } = ports
  if (lost && traces.scratch.kind !== 'nothing') {
    const aside = multus.scratch.setAside(containerId)
    log.error("Multus' scratch file cannot be used; it is set aside, and the cache is asked", {
      containerId,
      aside,
      msg: lost.msg,
    })
  }
  for (const name of traces.unreadable) {
    const aside = multus.results.setAside(name)
    log.error("a file of libcni's cache cannot be read; it is set aside", { containerId, aside })
  }
}

async function plannedAgain(
  context: Context<InvocationOf<'DEL'>>,
  known: readonly AttachmentRecord[],
): Promise<readonly AttachmentRecord[]> {
  const { attachments } = await planToDelete(context)
  const { cniArgs } = context.invocation
  return attachments
    .filter(({ ifName }) => !known.some((one) => one.ifName === ifName))
    .map((planned) => ({ ...plannedRecord(planned, withCniArgs(cniArgs, planned.cniArgs)), state: 'adding' }))
}

// As Multus attached them, as far as names say: the default network, then net1, net2, …
function inOrder(attachments: readonly AttachmentRecord[]): readonly AttachmentRecord[] {
  return attachments.toSorted(
    (one, other) =>
      Number(other.isDefault) - Number(one.isDefault) ||
      one.ifName.localeCompare(other.ifName, 'en', { numeric: true }),
  )
}

import type { InvocationOf } from '../cni/index.ts'
import type { Context } from './context.ts'
import { findRecord } from './journal.ts'
import type { CallRecord } from './journal-record.ts'
import { multusCalls } from './multus-takeover.ts'

/** A call that the journal or Multus' files hold, with its container. */
export type Held = { readonly containerId: string; readonly call: CallRecord }

/** What the journal and Multus' files hold when GC begins. */
export type HeldCalls = {
  /** To be deleted: made with this node configuration, and no longer listed by the runtime. */
  readonly stale: readonly Held[]
  /** All others. Calls made with another node configuration are that one's to collect. */
  readonly valid: readonly Held[]
  /** Containers whose journal cannot be read. */
  readonly unreadable: readonly string[]
}

/** The calls the journal and Multus' files hold, judged by what the runtime lists. */
export function heldCalls(context: Context<InvocationOf<'GC'>>): HeldCalls {
  const { node, ports } = context
  const held: Held[] = []
  const unreadable: string[] = []
  const journal = ports.journal.list()
  for (const containerId of journal) {
    const found = findRecord(ports.journal, containerId)
    if (found.kind === 'corrupt') unreadable.push(containerId)
    if (found.kind === 'record') held.push(...found.record.calls.map((call) => ({ containerId, call })))
  }
  held.push(...multusCalls(context, journal))
  const isStale = ({ containerId, call }: Held): boolean =>
    call.network === node.name && !isListed(context, containerId, call.ifName)
  return { stale: held.filter(isStale), valid: held.filter((one) => !isStale(one)), unreadable }
}

/** Whether the runtime lists a container; as an attachment of that interface, where one is given. */
export function isListed(
  { invocation }: Context<InvocationOf<'GC'>>,
  containerId: string,
  ifName?: string | undefined,
): boolean {
  return invocation.valid.some(
    ({ containerID, ifname }) => containerID === containerId && (ifName === undefined || ifname === ifName),
  )
}

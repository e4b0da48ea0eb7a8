import type { CniError, InvocationOf } from '../cni/index.ts'
import { type Context, keyOf } from './context.ts'
import { detach, failureOf } from './detach.ts'
import { callOf, type Found, findRecord, journalEntry } from './journal.ts'
import type { CallRecord } from './journal-record.ts'
import { forgetForMultus } from './multus-handover.ts'
import { takenOver } from './multus-takeover.ts'
import { rebuiltCall } from './rebuild.ts'

/**
 * DEL: undoes what the journal says was done, with what the journal holds alone; or, where it does not know the
 * container, what Multus' files say. A container that neither knows was never attached, or has been deleted: that is
 * success. Where nothing can be written any more it deletes all the same, and says so.
 * @throws CniError of what could not be deleted; it stays in the journal, and the next DEL tries again.
 */
export async function del(context: Context<InvocationOf<'DEL'>>): Promise<void> {
  const { invocation, ports } = context
  const { containerId } = invocation
  const unlocked = ({ msg }: CniError): void =>
    ports.log.error('deleted without a lock, because none can be made', { containerId, msg })
  await ports.turns?.take({ verb: 'DEL', containerId })
  await ports.locks.container(containerId, () => deleteHeld(context), unlocked)
}

async function deleteHeld(context: Context<InvocationOf<'DEL'>>): Promise<void> {
  const { invocation, ports } = context
  const { containerId, netns } = invocation
  const found = findRecord(ports.journal, containerId)
  const entry = journalEntry(ports.journal, containerId, found, keyOf(context))
  const call = await callToUndo(context, found)
  if (!call) return
  if (call.attachments.some(({ state }) => state === 'adding')) await ports.machine.endOrphans(containerId)
  const failure = failureOf(await detach(context, { containerId, netns, call, entry }))
  if (failure) throw failure
  forgetForMultus(ports, containerId)
}

async function callToUndo(context: Context<InvocationOf<'DEL'>>, found: Found): Promise<CallRecord | undefined> {
  switch (found.kind) {
    case 'record':
      return callOf(found, keyOf(context))
    case 'nothing':
      // An ADD may have been killed before its journal was whole.
      context.ports.journal.remove(context.invocation.containerId)
      return takenOver(context)
    case 'corrupt':
      return rebuiltCall(context, found.fault)
  }
}

import { type CniError, type InvocationOf, withCniArgs } from '../cni/index.ts'
import { type Context, keyOf, pluginFolders, podOf } from './context.ts'
import { detach, failureOf } from './detach.ts'
import { callOf, findRecord, journalEntry } from './journal.ts'
import { type CallRecord, plannedRecord } from './journal-record.ts'
import { planToDelete } from './planning.ts'

/**
 * DEL: undoes what the journal says was done, with what the journal holds alone. A container the journal does not
 * know was never attached, or has been deleted: that is success.
 * @throws CniError of what could not be deleted; it stays in the journal, and the next DEL tries again.
 */
export async function del(context: Context<InvocationOf<'DEL'>>): Promise<void> {
  const { invocation, ports } = context
  const { containerId, netns } = invocation
  await ports.turns?.take({ verb: 'DEL', containerId })
  await ports.locks.container(containerId, async () => {
    const found = findRecord(ports.journal, containerId)
    const entry = journalEntry(ports.journal, containerId, found, keyOf(context))
    const call = found.kind === 'corrupt' ? await rebuilt(context, found.fault) : callOf(found, keyOf(context))
    if (!call) return
    if (call.attachments.some(({ state }) => state === 'adding')) await ports.machine.endOrphans(containerId)
    const failure = failureOf(await detach(context, { containerId, netns, call, entry }))
    if (failure) throw failure
  })
}

// What the lost journal said is planned again: all of it, since how far ADD got is lost too.
async function rebuilt(context: Context<InvocationOf<'DEL'>>, fault: CniError): Promise<CallRecord> {
  const { invocation, node, ports } = context
  const { containerId, ifName, netns, cniArgs } = invocation
  const aside = ports.journal.setAside(containerId)
  ports.log.error('the journal cannot be read; it is set aside and rebuilt from configuration and pod', {
    containerId,
    aside,
    msg: fault.msg,
  })
  const plan = await planToDelete(context)
  return {
    network: node.name,
    ifName,
    netns,
    pod: podOf(context),
    pluginFolders: pluginFolders(context),
    bootId: ports.machine.bootId(),
    startedAt: ports.machine.now().toISOString(),
    attachments: plan.attachments.map((planned) => ({
      ...plannedRecord(planned, withCniArgs(cniArgs, planned.cniArgs)),
      state: 'added',
    })),
  }
}

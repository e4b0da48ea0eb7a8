import { type CniError, type InvocationOf, isCniError } from '../cni/index.ts'
import { type Context, sandboxOf } from './context.ts'
import { detach, failureOf } from './detach.ts'
import { type Held, heldCalls, isListed } from './held-calls.ts'
import { findRecord, journalEntry } from './journal.ts'
import { forgetForMultus } from './multus-handover.ts'
import { tellNetworks } from './tell-networks.ts'

/**
 * GC: deletes, through their delegates, the calls that the runtime no longer lists, then tells every network, the
 * secondary ones included, which of its own attachments are valid. Nothing else runs on the node meanwhile.
 * @throws CniError of all that failed; what could not be deleted stays in the journal.
 */
export async function gc(context: Context<InvocationOf<'GC'>>): Promise<void> {
  const { journal, locks } = context.ports
  await locks.node(async () => {
    journal.sweep()
    const held = heldCalls(context)
    for (const containerId of held.unreadable) setAside(context, containerId)
    const errors = [...(await deleteCalls(context, held.stale)), ...(await tellNetworks(context, held))]
    for (const path of journal.listAside())
      context.ports.log.warning('a journal was set aside; look at it, and remove it', { path })
    const failure = failureOf(errors)
    if (failure) throw failure
  })
}

// Of one that is still listed, the DEL will come, and rebuilds it with what it knows of the pod. Of one that is not,
// nobody will ask again: what it held is left to the delegates' own GC.
function setAside(context: Context<InvocationOf<'GC'>>, containerId: string): void {
  const { journal, log } = context.ports
  if (isListed(context, containerId)) return
  try {
    log.error('the journal of a container that is gone cannot be read; it is set aside', {
      containerId,
      aside: journal.setAside(containerId),
    })
  } catch (fault) {
    if (!isCniError(fault)) throw fault
    log.error('the journal of a container that is gone can be neither read nor set aside', {
      containerId,
      msg: fault.msg,
    })
  }
}

async function deleteCalls(context: Context<InvocationOf<'GC'>>, stale: readonly Held[]): Promise<readonly CniError[]> {
  const { journal } = context.ports
  const errors: CniError[] = []
  for (const { containerId, call } of stale) {
    const entry = journalEntry(journal, containerId, findRecord(journal, containerId), call)
    const netns = sandboxOf(context, call)
    const failed = await detach(context, { containerId, netns, call, entry })
    if (failed.length === 0) forgetForMultus(context.ports, containerId)
    errors.push(...failed)
  }
  return errors
}

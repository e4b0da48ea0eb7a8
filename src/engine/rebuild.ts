import { type CniError, type InvocationOf, isCniError, withCniArgs } from '../cni/index.ts'
import { type Context, pluginFolders, podOf } from './context.ts'
import { type CallRecord, plannedRecord } from './journal-record.ts'
import { planToDelete } from './planning.ts'

/**
 * What a container's journal may have said that cannot be read: the pod's networks planned again, all of them as
 * attached, since how far ADD got is lost too. The journal is set aside, for a person to look at.
 */
export async function rebuiltCall(context: Context<InvocationOf<'ADD' | 'DEL'>>, fault: CniError): Promise<CallRecord> {
  const { invocation, node, ports } = context
  const { containerId, ifName, netns, cniArgs } = invocation
  ports.log.error('the journal cannot be read; it is set aside and rebuilt from configuration and pod', {
    containerId,
    aside: setAside(context),
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

// Where it has to stay, the container is deleted all the same: that it cannot be removed either is said then.
function setAside({ invocation, ports }: Context<InvocationOf<'ADD' | 'DEL'>>): string {
  try {
    return ports.journal.setAside(invocation.containerId)
  } catch (fault) {
    if (!isCniError(fault)) throw fault
    return fault.msg
  }
}

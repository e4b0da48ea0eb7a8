import { CniError, CODE, checkNetwork, type InvocationOf, inContext, knowsVerb } from '../cni/index.ts'
import { type Context, chainSettings, keyOf, pluginFolders } from './context.ts'
import { callOf, findRecord } from './journal.ts'
import type { AttachmentRecord, CallRecord } from './journal-record.ts'
import { knownToMultus } from './multus-takeover.ts'

/**
 * CHECK: every attachment the journal holds of the container, each through its own chain. An attachment whose
 * version has no CHECK is passed over.
 * @throws CniError 3 for a container that is not attached; the error of the first attachment that is not as it was.
 */
export async function check(context: Context<InvocationOf<'CHECK'>>): Promise<void> {
  const { invocation, ports } = context
  const { containerId } = invocation
  await ports.turns?.take({ verb: 'CHECK', containerId })
  await ports.locks.container(containerId, async () => {
    const found = findRecord(ports.journal, containerId)
    if (found.kind === 'corrupt') throw found.fault
    const call = callOf(found, keyOf(context)) ?? (found.kind === 'nothing' ? checkableOfMultus(context) : undefined)
    if (!call)
      throw new CniError(
        CODE.unknownContainer,
        `container ${containerId} is not attached as ${invocation.ifName}: the journal has nothing of it`,
      )
    const settings = chainSettings(context, [...new Set([...call.pluginFolders, ...pluginFolders(context)])])
    for (const attachment of call.attachments) await checkOne(context, settings, attachment)
  })
}

// Where libcni's cache has nothing of an attachment, there is nothing to compare it with.
function checkableOfMultus(context: Context<InvocationOf<'CHECK'>>): CallRecord | undefined {
  const call = knownToMultus(context)
  return call && { ...call, attachments: call.attachments.filter(({ result }) => result) }
}

async function checkOne(
  { invocation, ports }: Context<InvocationOf<'CHECK'>>,
  settings: Parameters<typeof checkNetwork>[0],
  { name, network, ifName, cniArgs, capabilityArgs, state, result }: AttachmentRecord,
): Promise<void> {
  const { containerId, netns } = invocation
  const context = { network: name, interface: ifName }
  if (state !== 'added') throw new CniError(CODE.unknownContainer, 'was never attached completely').within(context)
  if (!knowsVerb(network.cniVersion, 'CHECK')) {
    ports.log.verbose('not checked: its version has no CHECK', { network: name, cniVersion: network.cniVersion })
    return
  }
  await inContext(context, () =>
    checkNetwork(settings, network, { containerId, netns, ifName, cniArgs, capabilityArgs }, result),
  )
}

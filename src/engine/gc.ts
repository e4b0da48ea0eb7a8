import { nodeNetworks } from '../attach/index.ts'
import {
  asCniError,
  type CniError,
  gcNetwork,
  type InvocationOf,
  type NetworkList,
  type ValidAttachment,
} from '../cni/index.ts'
import { type Context, chainSettings, pluginFolders } from './context.ts'
import { detach, failureOf } from './detach.ts'
import { findRecord, journalEntry } from './journal.ts'
import type { CallRecord } from './journal-record.ts'
import { lookupFor } from './planning.ts'

/** A call the journal holds, with its container. */
type Held = { readonly containerId: string; readonly call: CallRecord }

/**
 * GC: deletes, through their delegates, the calls that the runtime no longer lists, then tells every network, the
 * secondary ones included, which of its own attachments are valid. Nothing else runs on the node meanwhile.
 * @throws CniError of all that failed; what could not be deleted stays in the journal.
 */
export async function gc(context: Context<InvocationOf<'GC'>>): Promise<void> {
  await context.ports.locks.node(async () => {
    const held = heldCalls(context)
    const valid = held.filter((one) => isValid(context, one))
    const errors = [
      ...(await deleteCalls(
        context,
        held.filter((one) => !valid.includes(one)),
      )),
      ...(await tellNetworks(context, valid)),
    ]
    const failure = failureOf(errors)
    if (failure) throw failure
  })
}

// Calls made with another node configuration are that one's to collect.
function heldCalls({ node, ports }: Context<InvocationOf<'GC'>>): readonly Held[] {
  return ports.journal.list().flatMap((containerId) => {
    const found = findRecord(ports.journal, containerId)
    if (found.kind === 'corrupt') ports.log.error('the journal cannot be read', { containerId, msg: found.fault.msg })
    if (found.kind !== 'record') return []
    return found.record.calls.filter(({ network }) => network === node.name).map((call) => ({ containerId, call }))
  })
}

function isValid({ invocation }: Context<InvocationOf<'GC'>>, { containerId, call }: Held): boolean {
  return invocation.valid.some(({ containerID, ifname }) => containerID === containerId && ifname === call.ifName)
}

async function deleteCalls(context: Context<InvocationOf<'GC'>>, stale: readonly Held[]): Promise<readonly CniError[]> {
  const errors: CniError[] = []
  for (const { containerId, call } of stale) {
    const { journal, machine } = context.ports
    const netns = machine.exists(call.netns) ? call.netns : ''
    const entry = journalEntry(journal, containerId, findRecord(journal, containerId), call)
    errors.push(...(await detach(context, { containerId, netns, call, entry })))
  }
  return errors
}

async function tellNetworks(
  context: Context<InvocationOf<'GC'>>,
  valid: readonly Held[],
): Promise<readonly CniError[]> {
  const attachments = valid.flatMap(({ containerId, call }) =>
    call.attachments.map(({ name, network, ifName }) => ({
      name,
      network,
      key: { containerID: containerId, ifname: ifName },
    })),
  )
  const networks = new Map<string, { readonly name: string; readonly network: NetworkList }>()
  for (const one of [...(await configured(context)), ...attachments]) networks.set(one.network.name, one)
  const settings = chainSettings(context, pluginFolders(context))
  const errors: CniError[] = []
  for (const { name, network } of networks.values()) {
    const own: readonly ValidAttachment[] = attachments
      .filter((one) => one.network.name === network.name)
      .map(({ key }) => key)
    errors.push(...(await gcNetwork(settings, network, own)).map((error) => error.within({ network: name })))
  }
  return errors
}

// A node whose networks cannot be found out still has its stale calls deleted.
async function configured(context: Context<InvocationOf<'GC'>>) {
  try {
    return nodeNetworks(await lookupFor(context))
  } catch (fault) {
    context.ports.log.error("the node's networks cannot be found out; they are not told", {
      msg: asCniError(fault).msg,
    })
    return []
  }
}

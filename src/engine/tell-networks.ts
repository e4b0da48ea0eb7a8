import { nodeNetworks, type ResolvedNetwork } from '../attach/index.ts'
import { asCniError, type CniError, gcNetwork, type InvocationOf, type ValidAttachment } from '../cni/index.ts'
import { type Context, chainSettings, pluginFolders } from './context.ts'
import type { HeldCalls } from './held-calls.ts'
import { lookupFor } from './planning.ts'

type Network = Pick<ResolvedNetwork, 'name' | 'network'>
type Attachment = Network & { readonly key: ValidAttachment }

/**
 * Tells every network, those of the node and those of pods, which of its own attachments are valid. Of a container that
 * the runtime lists and the journal does not know, one that was attached before Plexus came, or whose journal cannot
 * be read, only the default network's attachment is known: while there is one, no other network is told anything, as
 * it would take that container's attachment for garbage.
 * @returns the errors, each with its network's name.
 */
export async function tellNetworks(
  context: Context<InvocationOf<'GC'>>,
  { valid }: HeldCalls,
): Promise<readonly CniError[]> {
  const own = await configured(context)
  const unknown = context.invocation.valid.filter(
    ({ containerID }) => !valid.some(({ containerId }) => containerId === containerID),
  )
  const attachments: readonly Attachment[] = valid.flatMap(({ containerId, call }) =>
    call.attachments.map(({ name, network, ifName }) => ({
      name,
      network,
      key: { containerID: containerId, ifname: ifName },
    })),
  )
  const [first] = own
  if (unknown.length > 0) {
    context.ports.log.warning('of a container the networks are not known; only the default network is told', {
      containers: unknown.map(({ containerID }) => containerID),
    })
    return first ? tell(context, first, [...keysOf(first, attachments), ...unknown]) : []
  }
  const errors: CniError[] = []
  for (const one of byName([...own, ...attachments]))
    errors.push(...(await tell(context, one, keysOf(one, attachments))))
  return errors
}

// A node whose networks cannot be found out still has its stale calls deleted.
async function configured(context: Context<InvocationOf<'GC'>>): Promise<readonly Network[]> {
  try {
    return nodeNetworks(await lookupFor(context))
  } catch (fault) {
    context.ports.log.error("the node's networks cannot be found out; they are not told", {
      msg: asCniError(fault).msg,
    })
    return []
  }
}

function byName(networks: readonly Network[]): Iterable<Network> {
  return new Map(networks.map((one) => [one.network.name, one])).values()
}

function keysOf({ network }: Network, attachments: readonly Attachment[]): readonly ValidAttachment[] {
  return attachments.filter((one) => one.network.name === network.name).map(({ key }) => key)
}

async function tell(
  context: Context<InvocationOf<'GC'>>,
  { name, network }: Network,
  valid: readonly ValidAttachment[],
): Promise<readonly CniError[]> {
  const settings = chainSettings(context, pluginFolders(context))
  return (await gcNetwork(settings, network, valid)).map((error) => error.within({ network: name }))
}

import { type Knowledge, type Lookup, NO_KNOWLEDGE, type Plan, type PlannedAttachment, plan } from '../attach/index.ts'
import { CniError, CODE, type InvocationOf } from '../cni/index.ts'
import { type Context, pluginFolders } from './context.ts'
import type { PodRef } from './ports.ts'

/**
 * The plan of a pod's networks, from what the source knows now.
 * @throws CniError of the source or of the plan; 115 where a network would run Plexus itself.
 */
export async function planFor(context: Context<InvocationOf<'ADD' | 'DEL'>>, pod: PodRef | undefined): Promise<Plan> {
  return planned(context, await lookupFor(context, pod))
}

/** The plan of the node's own networks, for when nobody can be asked about the pod. */
export function planWithoutPod(context: Context<InvocationOf<'ADD' | 'DEL'>>): Plan {
  return planned(context, lookup(context, NO_KNOWLEDGE))
}

/**
 * What networks are looked up in: the node's configuration and files, and what the source knows.
 * @throws CniError of the source.
 */
export async function lookupFor(context: Context, pod?: PodRef | undefined): Promise<Lookup> {
  const { source } = context.ports
  return lookup(context, source ? await source.knowledgeOf(pod) : NO_KNOWLEDGE)
}

function lookup({ node, ports }: Context, knowledge: Knowledge): Lookup {
  const { files, log } = ports
  return {
    node,
    knowledge,
    files,
    passedOver: ({ msg }) => log.warning('a configuration file is passed over', { msg }),
  }
}

function planned(context: Context<InvocationOf<'ADD' | 'DEL'>>, found: Lookup): Plan {
  const made = plan({ ...found, ifName: context.invocation.ifName })
  for (const attachment of made.attachments) refuseSelf(context, attachment)
  return made
}

// By file as well as by name: Plexus may be installed under another name, or as a link.
function refuseSelf(context: Context<InvocationOf<'ADD' | 'DEL'>>, { name, ifName, network }: PlannedAttachment): void {
  const { node, ports } = context
  for (const { type } of network.plugins) {
    const path = ports.exec.find(type, pluginFolders(context))
    const itself = type === node.type || (path !== undefined && ports.machine.isSelf(path))
    if (!itself) continue
    const error = new CniError(
      CODE.selfDelegation,
      `plugin ${type} is Plexus itself; a network cannot be made of Plexus`,
    )
    throw error.within({ network: name, interface: ifName })
  }
}

import {
  definitionsOfNode,
  definitionsOfPod,
  type Knowledge,
  type Lookup,
  NO_KNOWLEDGE,
  type Plan,
  type PlannedAttachment,
  plan,
  resourcesWanted,
} from '../attach/index.ts'
import { asCniError, CniError, CODE, findPlugin, type InvocationOf, inContext } from '../cni/index.ts'
import { type Context, pluginFolders, podOf } from './context.ts'
import type { PodRef } from './ports.ts'

/** The plan of a pod's networks, and which pod it is; none where the container is no pod of Kubernetes. */
export type PodPlan = { readonly plan: Plan; readonly pod: PodRef | undefined }

/**
 * The plan of a pod's networks, from what the source knows now, every plugin of which can be run.
 * @throws CniError of the source or of the plan; 103 where a plugin is missing; 115 where one is Plexus itself.
 */
export async function planToAdd(context: Context<InvocationOf<'ADD'>>, asked: PodRef | undefined): Promise<PodPlan> {
  const found = await withDevices(context, await lookupFor(context, asked))
  const made = planned(context, found)
  for (const attachment of made.attachments) requirePlugins(context, attachment)
  return { plan: made, pod: asked && identified(asked, found.knowledge.pod?.uid) }
}

/**
 * The plan of a pod's networks as it would be now, for when what was done is lost; of the node's own networks where
 * nobody can be asked about the pod, of none where these cannot be found out either. For want of information a pod's
 * deletion is never blocked: what cannot be found out is said in the log.
 */
export async function planToDelete(context: Context<InvocationOf<'DEL'>>): Promise<Plan> {
  const { log } = context.ports
  const { containerId } = context.invocation
  const attempts = [
    async () => withDevices(context, await lookupFor(context, podOf(context))),
    async () => lookup(context, NO_KNOWLEDGE),
  ]
  for (const attempt of attempts) {
    try {
      return planned(context, await attempt())
    } catch (fault) {
      log.error("not all of the container's networks can be found out", { containerId, cause: asCniError(fault).msg })
    }
  }
  return { attachments: [] }
}

/**
 * What networks are looked up in: the node's configuration and files, and what the source knows.
 * @throws CniError of the source.
 */
export async function lookupFor(context: Context, pod?: PodRef | undefined): Promise<Lookup> {
  const { source } = context.ports
  return lookup(context, source ? await source.knowledgeOf(pod) : NO_KNOWLEDGE)
}

function identified(asked: PodRef, uid: string | undefined): PodRef {
  if (uid === undefined || uid === asked.uid) return asked
  return asked.uid === undefined ? { ...asked, uid } : { ...asked, mirrorUid: uid }
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

// Asked for here only where nobody has looked yet: the agent sends them along.
async function withDevices({ ports }: Context, found: Lookup): Promise<Lookup> {
  const { pod, definitions, devices } = found.knowledge
  if (!pod || devices) return found
  const named = [...definitionsOfNode(found.node), ...definitionsOfPod(pod, found.node.multusNamespace)]
  const resources = resourcesWanted(definitions, named)
  if (resources.length === 0) return found
  return { ...found, knowledge: { ...found.knowledge, devices: await ports.devices.idsOf(pod, resources) } }
}

function planned(context: Context<InvocationOf<'ADD' | 'DEL'>>, found: Lookup): Plan {
  return plan({ ...found, ifName: context.invocation.ifName })
}

// Found out before anything is run. Plexus is known by file as well as by name: it may be installed under another.
function requirePlugins(context: Context<InvocationOf<'ADD'>>, { name, ifName, network }: PlannedAttachment): void {
  const { node, ports } = context
  const settings = { exec: ports.exec, pluginFolders: pluginFolders(context) }
  inContext({ network: name, interface: ifName }, () => {
    for (const plugin of network.plugins) {
      if (plugin.type !== node.type && !ports.machine.isSelf(findPlugin(settings, plugin))) continue
      const fault = `plugin ${plugin.type} is Plexus itself; a network cannot be made of Plexus`
      throw new CniError(CODE.selfDelegation, fault)
    }
  })
}

import { setTimeout as delay } from 'node:timers/promises'
import { nodeEventObject, nodeEventsPath } from '../cluster/index.ts'
import { asCniError } from '../cni/index.ts'
import { hostFiles } from '../host/index.ts'
import type { AgentNode } from './agent-node.ts'
import { configFault } from './config-watch.ts'
import { mostAtOnce } from './settings.ts'
import { unattachedPods, unattachedReport } from './unattached.ts'

/** What was seen when last was looked. */
export type Sight = {
  /** Why the runtime does not take the node configuration. */
  configFault: string | undefined
  /** How many pods run without the networks they ask for. */
  unattached: number
}

// Files of others have no events that can be trusted over every kind of mount.
const LOOK_MS = 5_000

/**
 * Looks every few seconds at what nobody tells of, until the signal is given: whether the runtime still takes the node
 * configuration, whether that says something else now, and which pods run without their networks.
 */
export async function lookAround(
  node: AgentNode,
  sight: Sight,
  limit: (atOnce: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const reported = new Set<string>()
  while (!signal.aborted) {
    try {
      if (node.settings.refresh()) limit(mostAtOnce(node.settings.current()))
      await lookAtConfig(node, sight)
      lookAtPods(node, sight, reported)
    } catch (fault) {
      node.log.error('the node could not be looked at', { cause: asCniError(fault).msg })
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function lookAtConfig({ options, log, client }: AgentNode, sight: Sight): Promise<void> {
  const fault = configFault(hostFiles, options.nodeConfig)
  if (fault === sight.configFault) return
  sight.configFault = fault
  if (fault === undefined) return log.verbose('the runtime takes the node configuration again')
  log.error('the runtime does not take the node configuration', { cause: fault })
  const event = { type: 'Warning', reason: 'PlexusNotCalled', message: fault } as const
  await client().post(nodeEventsPath(), nodeEventObject(options.nodeName, event, new Date()))
}

function lookAtPods(
  { settings, journal, view, delivery, outbox, log }: AgentNode,
  sight: Sight,
  reported: Set<string>,
): void {
  const { cniDir } = settings.current()
  const hasOthers = (): boolean => {
    const ours = new Set(journal.list())
    return (hostFiles.list(cniDir) ?? []).some((name) => !ours.has(name))
  }
  const pods = unattachedPods({ journal, view, hasOthers, now: () => new Date() })
  sight.unattached = pods.length
  for (const pod of pods) {
    const key = `${pod.namespace}/${pod.name}/${pod.uid}`
    if (reported.has(key)) continue
    reported.add(key)
    log.error('a pod runs without the networks it asks for', { pod: `${pod.namespace}/${pod.name}` })
    delivery.deliver(outbox.keep(unattachedReport(pod)))
  }
}

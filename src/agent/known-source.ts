import {
  type Definition,
  type DefinitionRef,
  definitionName,
  definitionsOfNode,
  definitionsOfPod,
  type Knowledge,
  type NamingConfig,
  type Pod,
  resourcesWanted,
} from '../attach/index.ts'
import { isMeantPod } from '../cluster/index.ts'
import type { Devices, PodRef, Source } from '../engine/index.ts'
import type { ClusterView } from './cluster-view.ts'

/** What a source that knows is made of. */
export type KnownSourceOptions = {
  readonly view: ClusterView
  /** Asked for what the view has not seen. */
  readonly live: Source
  readonly node: NamingConfig
  readonly devices: Devices
  readonly now: () => number
}

// Runtimes are quicker than watches, by some milliseconds mostly.
const LATE_MS = 1_000

/**
 * A source that answers from what has been seen of the cluster. What has not been seen yet is waited for, then asked
 * of the API server: it may be new, or never have been, and only that server knows.
 */
export function knownSource({ view, live, node, devices, now }: KnownSourceOptions): Source {
  return {
    async knowledgeOf(ref) {
      const until = now() + LATE_MS
      let known = seen(view, node, ref)
      for (let left = LATE_MS; known === undefined && left > 0; left = until - now()) {
        await Promise.race([view.pods.changed(left), view.definitions.changed(left)])
        known = seen(view, node, ref)
      }
      return withDevices(known ?? (await live.knowledgeOf(ref)), node, devices)
    },
  }
}

/** What is known of a pod, or undefined where something that it needs has not been seen. */
function seen(view: ClusterView, node: NamingConfig, ref: PodRef | undefined): Knowledge | undefined {
  if (!view.pods.isComplete() || !view.definitions.isComplete()) return undefined
  const pod = ref && view.pods.get(`${ref.namespace}/${ref.name}`)
  if (ref && !(pod && isMeantPod(pod, ref))) return undefined
  const asked = pod ? definitionsOfPod(pod, node.multusNamespace) : []
  if (asked.some((one) => !found(view, one))) return undefined
  // What the node's configuration names may be a file as well.
  const definitions = [...definitionsOfNode(node), ...asked].flatMap((one) => found(view, one) ?? [])
  return { pod: pod && plain(pod), definitions: [...new Set(definitions)], namespacesOf: {} }
}

function found({ definitions }: ClusterView, ref: DefinitionRef): Definition | undefined {
  return definitions.get(definitionName(ref))
}

function plain({ namespace, name, uid, annotations, isStatic }: Pod): Pod {
  return { namespace, name, annotations, ...(uid ? { uid } : {}), ...(isStatic ? { isStatic } : {}) }
}

// Where the kubelet cannot be asked the executable asks it as well, and says what is wrong.
async function withDevices(known: Knowledge, node: NamingConfig, devices: Devices): Promise<Knowledge> {
  const { pod, definitions } = known
  if (!pod) return known
  const named = [...definitionsOfNode(node), ...definitionsOfPod(pod, node.multusNamespace)]
  const resources = resourcesWanted(definitions, named)
  if (resources.length === 0) return known
  try {
    return { ...known, devices: await devices.idsOf(pod, resources) }
  } catch {
    return known
  }
}

import { DEFAULT_NETWORK_ANNOTATION, type Definition, NETWORKS_ANNOTATION, type Pod } from '../attach/index.ts'
import { definitionResource, NETWORK_STATUS_ANNOTATION, podResource } from '../cluster/index.ts'
import { asCniError, isJsonObject, type JsonObject } from '../cni/index.ts'
import type { Log } from '../engine/index.ts'
import type { Follower } from './follow.ts'
import { type Mirror, mirror } from './mirror.ts'

/** A pod of this node, as far as its networks depend on it. */
export type SeenPod = Pod & {
  readonly phase: string
  readonly hostNetwork: boolean
  /** Whether it is to end: its networks may go before it does. */
  readonly isLeaving: boolean
  /** When its first container started to run, RFC 3339; undefined before. */
  readonly runningSince: string | undefined
}

/** What the agent has seen of the cluster: this node's pods, and every definition. */
export type ClusterView = { readonly pods: Mirror<SeenPod>; readonly definitions: Mirror<Definition> }

// Nothing else of a pod's annotations is kept: what `kubectl apply` leaves there is as long as the pod.
const ANNOTATIONS = [NETWORKS_ANNOTATION, DEFAULT_NETWORK_ANNOTATION, NETWORK_STATUS_ANNOTATION]

/** A view that has seen nothing yet. */
export function clusterView(): ClusterView {
  return { pods: mirror(), definitions: mirror() }
}

/** Who keeps the pods of a view. */
export function podFollower(view: ClusterView, log: Log): Follower {
  return mirrorFollower(view.pods, seenPod, log)
}

/** Who keeps the definitions of a view. */
export function definitionFollower(view: ClusterView, log: Log): Follower {
  return mirrorFollower(view.definitions, (object) => definitionResource({ object, origin: 'definition' }), log)
}

function mirrorFollower<T extends { readonly namespace: string; readonly name: string }>(
  kept: Mirror<T>,
  read: (object: JsonObject) => T,
  log: Log,
): Follower {
  // An object that cannot be read is left out: whoever needs it asks for it, and is told what is wrong with it.
  const readable = (object: JsonObject): readonly (readonly [string, T])[] => {
    try {
      const entry = read(object)
      return [[`${entry.namespace}/${entry.name}`, entry]]
    } catch (fault) {
      log.warning('an object of the API server cannot be read', { cause: asCniError(fault).msg })
      return []
    }
  }
  return {
    replace: (objects) => kept.replace(new Map(objects.flatMap(readable))),
    changed: (object) => {
      const [entry] = readable(object)
      if (entry) kept.set(...entry)
      else kept.delete(keyOf(object))
    },
    deleted: (object) => kept.delete(keyOf(object)),
  }
}

function seenPod(object: JsonObject): SeenPod {
  const pod = podResource({ object: { kind: 'Pod', ...object }, origin: 'pod' })
  const { metadata, status, spec } = object
  const annotations = Object.fromEntries(Object.entries(pod.annotations).filter(([key]) => ANNOTATIONS.includes(key)))
  return {
    ...pod,
    annotations,
    phase: isJsonObject(status) && typeof status['phase'] === 'string' ? status['phase'] : '',
    hostNetwork: isJsonObject(spec) && spec['hostNetwork'] === true,
    isLeaving: isJsonObject(metadata) && metadata['deletionTimestamp'] !== undefined,
    runningSince: isJsonObject(status) ? runningSince(status) : undefined,
  }
}

function runningSince({ containerStatuses }: JsonObject): string | undefined {
  const times = (Array.isArray(containerStatuses) ? containerStatuses : []).flatMap((container) => {
    const state = isJsonObject(container) ? container['state'] : undefined
    const running = isJsonObject(state) ? state['running'] : undefined
    const since = isJsonObject(running) ? running['startedAt'] : undefined
    return typeof since === 'string' ? [since] : []
  })
  return times.sort()[0]
}

function keyOf({ metadata }: JsonObject): string {
  const { namespace, name } = isJsonObject(metadata) ? metadata : {}
  return `${String(namespace)}/${String(name)}`
}

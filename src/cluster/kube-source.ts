import { definitionsOfNode, definitionsOfPod, type NamingConfig, type Pod } from '../attach/index.ts'
import { CniError, CODE } from '../cni/index.ts'
import type { PodRef, Source } from '../engine/index.ts'
import { apiPath } from './api-path.ts'
import { type Asking, ask, inWords } from './kube-asking.ts'
import type { KubeClient } from './kube-client.ts'
import { definitionsNamed } from './kube-definitions.ts'
import { statusOf } from './kube-error.ts'
import { podResource } from './resources.ts'
import { CLOCK, type Clock } from './retries.ts'

/** What a source that asks the API server is made of. */
export type KubeSourceOptions = {
  readonly client: KubeClient
  readonly node: NamingConfig
  /** One deadline for all there is to ask. */
  readonly apiTimeoutMs: number
  readonly clock?: Clock
}

// A runtime may be quicker than the API server's own caches.
const LATE_POD_MS = 2_000

/** A source that asks the API server directly: nothing is cached, everything is as it is now. */
export function kubeSource({ client, node, apiTimeoutMs, clock = CLOCK }: KubeSourceOptions): Source {
  return {
    async knowledgeOf(ref) {
      const asking = { client, clock, until: clock.now() + apiTimeoutMs }
      return inWords(async () => {
        const pod = ref && (await podOf(asking, ref))
        const named = [...definitionsOfNode(node), ...(pod ? definitionsOfPod(pod, node.multusNamespace) : [])]
        return { pod, ...(await definitionsNamed(asking, named)) }
      })
    },
  }
}

async function podOf(asking: Asking, ref: PodRef): Promise<Pod> {
  const first = await readPod(asking, ref)
  if (isMeantPod(first, ref)) return first
  // What was read may be older than the pod that this call is for.
  await asking.clock.delay(Math.min(500, Math.max(asking.until - asking.clock.now(), 0)))
  const second = await readPod(asking, ref)
  if (isMeantPod(second, ref)) return second
  const fault = `pod ${ref.namespace}/${ref.name} has uid ${second.uid}, the call is for uid ${ref.uid}`
  throw new CniError(CODE.tryAgainLater, `${fault}: it was replaced by another of its name`)
}

/** Whether a pod is the one a call is for; a static pod has another UID at the kubelet than at the API server. */
export function isMeantPod(pod: Pod, { uid }: PodRef): boolean {
  return uid === undefined || pod.uid === uid || pod.isStatic === true
}

async function readPod(asking: Asking, { namespace, name }: PodRef): Promise<Pod> {
  const { clock } = asking
  const lateUntil = Math.min(clock.now() + LATE_POD_MS, asking.until)
  try {
    const object = await ask(
      asking,
      apiPath`/api/v1/namespaces/${namespace}/pods/${name}`,
      (fault) => statusOf(fault) === 404 && clock.now() < lateUntil,
    )
    return podResource({ object, origin: `pod ${namespace}/${name}` })
  } catch (fault) {
    if (statusOf(fault) !== 404) throw fault
    throw new CniError(CODE.tryAgainLater, `pod ${namespace}/${name} is gone: the API server has none of that name`)
  }
}

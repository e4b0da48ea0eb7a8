import {
  type Definition,
  type DefinitionRef,
  definitionsOfNode,
  definitionsOfPod,
  type Knowledge,
  type NamingConfig,
  type Pod,
} from '../attach/index.ts'
import { CniError, CODE, isCniError, isJsonObject, type JsonObject } from '../cni/index.ts'
import type { PodRef, Source } from '../engine/index.ts'
import { apiPath } from './api-path.ts'
import type { KubeClient } from './kube-client.ts'
import { KubeError, pauseAfterFault, statusOf } from './kube-error.ts'
import { definitionResource, podResource } from './resources.ts'
import { CLOCK, type Clock, retried } from './retries.ts'

/** What a source that asks the API server is made of. */
export type KubeSourceOptions = {
  readonly client: KubeClient
  readonly node: NamingConfig
  /** One deadline for all there is to ask. */
  readonly apiTimeoutMs: number
  readonly clock?: Clock
}

const API = '/apis/k8s.cni.cncf.io/v1'
const DEFINITIONS = 'network-attachment-definitions'
// A runtime may be quicker than the API server's own caches.
const LATE_POD_MS = 2_000

type Asking = { readonly client: KubeClient; readonly clock: Clock; readonly until: number }

/** A source that asks the API server directly: nothing is cached, everything is as it is now. */
export function kubeSource({ client, node, apiTimeoutMs, clock = CLOCK }: KubeSourceOptions): Source {
  return {
    async knowledgeOf(ref) {
      const asking = { client, clock, until: clock.now() + apiTimeoutMs }
      return inWords(async () => {
        const pod = ref && (await podOf(asking, ref))
        const named = unique([...definitionsOfNode(node), ...(pod ? definitionsOfPod(pod, node.multusNamespace) : [])])
        const found = await Promise.all(named.map((one) => definitionOf(asking, one)))
        const definitions = found.flatMap((one) => one ?? [])
        const missing = named.filter((_, index) => found[index] === undefined)
        return { pod, definitions, namespacesOf: await namespacesOf(asking, missing) }
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

async function definitionOf(asking: Asking, { namespace, name }: DefinitionRef): Promise<Definition | undefined> {
  try {
    const object = await ask(asking, `${API}${apiPath`/namespaces/${namespace}/${DEFINITIONS}/${name}`}`)
    return definitionResource({ object, origin: `definition ${namespace}/${name}` })
  } catch (fault) {
    if (statusOf(fault) === 404) return undefined
    throw fault
  }
}

// Only to say where a definition is that was looked for elsewhere: whoever may not know does without.
async function namespacesOf(asking: Asking, missing: readonly DefinitionRef[]): Promise<Knowledge['namespacesOf']> {
  const names = [...new Set(missing.map(({ name }) => name))]
  const entries = names.map(async (name) => [name, await namespacesWith(asking, name)] as const)
  return Object.fromEntries(await Promise.all(entries))
}

async function namespacesWith({ client, clock, until }: Asking, name: string): Promise<readonly string[]> {
  try {
    const { items } = objectOf(
      await client.get(`${API}/${DEFINITIONS}`, { fieldSelector: `metadata.name=${name}` }, until - clock.now()),
      'the list',
    )
    return (Array.isArray(items) ? items : []).map(
      (object) => definitionResource({ object, origin: 'the list' }).namespace,
    )
  } catch {
    return []
  }
}

async function ask(
  { client, clock, until }: Asking,
  path: string,
  isLate: (fault: unknown) => boolean = () => false,
): Promise<JsonObject> {
  const pauseAfter = (fault: unknown): number | undefined => pauseAfterFault(fault) ?? (isLate(fault) ? 0 : undefined)
  return objectOf(await retried((leftMs) => client.get(path, {}, leftMs), { until, pauseAfter, clock }), path)
}

function objectOf(answer: unknown, path: string): JsonObject {
  if (isJsonObject(answer)) return answer
  throw new KubeError(`GET ${path}: the answer is not an object`)
}

async function inWords<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (fault) {
    if (isCniError(fault)) throw fault
    if (!(fault instanceof KubeError)) throw fault
    throw spoken(fault)
  }
}

function spoken(fault: KubeError): CniError {
  const { message, status } = fault
  const cause = { cause: fault }
  if (status === 401)
    return new CniError(CODE.ioFailure, `API server: ${message}; the credentials of the kubeconfig are refused`, cause)
  if (status === 403)
    return new CniError(CODE.ioFailure, `API server: ${message}; give the service account of Plexus that right`, cause)
  return new CniError(CODE.tryAgainLater, `API server: ${message}; is it up, and can this node reach it?`, cause)
}

function unique(refs: readonly DefinitionRef[]): readonly DefinitionRef[] {
  return [...new Map(refs.map((ref) => [`${ref.namespace}/${ref.name}`, ref])).values()]
}

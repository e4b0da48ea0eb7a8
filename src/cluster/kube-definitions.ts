import type { Definition, DefinitionRef, Knowledge } from '../attach/index.ts'
import { apiPath } from './api-path.ts'
import { type Asking, ask, inWords, objectOf } from './kube-asking.ts'
import type { KubeClient } from './kube-client.ts'
import { statusOf } from './kube-error.ts'
import { definitionResource } from './resources.ts'
import { CLOCK } from './retries.ts'

/** What is known of definitions: those that are there, and where others of the missing ones' names are. */
export type KnownDefinitions = Pick<Knowledge, 'definitions' | 'namespacesOf'>

const API = '/apis/k8s.cni.cncf.io/v1'
const DEFINITIONS = 'network-attachment-definitions'

/**
 * Asks the API server for definitions.
 * @throws CniError 5, 7 or 11 where it cannot be asked, or has not answered within `timeoutMs`.
 */
export function kubeDefinitions(
  client: KubeClient,
  refs: readonly DefinitionRef[],
  timeoutMs: number,
): Promise<KnownDefinitions> {
  return inWords(() => definitionsNamed({ client, clock: CLOCK, until: CLOCK.now() + timeoutMs }, refs))
}

/** The definitions of these names. @throws KubeError, or CniError 7 for one that cannot be read. */
export async function definitionsNamed(asking: Asking, refs: readonly DefinitionRef[]): Promise<KnownDefinitions> {
  const named = unique(refs)
  const found = await Promise.all(named.map((one) => definitionOf(asking, one)))
  const missing = named.filter((_, index) => found[index] === undefined)
  return { definitions: found.flatMap((one) => one ?? []), namespacesOf: await namespacesOf(asking, missing) }
}

function unique(refs: readonly DefinitionRef[]): readonly DefinitionRef[] {
  return [...new Map(refs.map((ref) => [`${ref.namespace}/${ref.name}`, ref])).values()]
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

import type { Definition } from './definition.ts'
import type { Pod } from './pod.ts'

/** What is known of a pod and of the networks it names, as plain data, wherever it was found. */
export type Knowledge = {
  /** None where the call is not for a pod of Kubernetes. */
  readonly pod: Pod | undefined
  readonly definitions: readonly Definition[]
  /** The namespaces that have a definition of a name: to say where one is that was looked for elsewhere. */
  readonly namespacesOf: Readonly<Record<string, readonly string[]>>
  /** The pod's devices by resource name, sorted; absent where nobody has looked for them yet. */
  readonly devices?: Readonly<Record<string, readonly string[]>>
}

/** What is known where nobody can be asked: the node's own networks are all there is. */
export const NO_KNOWLEDGE: Knowledge = { pod: undefined, definitions: [], namespacesOf: {} }

import type { CniVersion, JsonObject } from '../cni/index.ts'

/** What would be run for a pod. */
export type Explanation = {
  readonly pod: string
  readonly attachments: readonly ExplainedAttachment[]
  /** What the runtime is told in the end. */
  readonly answer: { readonly cniVersion: CniVersion; readonly of: 'every network' | 'the default network' }
}

/** One attachment, and why it is as it is. */
export type ExplainedAttachment = {
  readonly network: string
  readonly interface: string
  readonly cniVersion: CniVersion
  readonly reasons: readonly string[]
  readonly plugins: readonly ExplainedPlugin[]
}

/** One plugin, and what it would be executed with. */
export type ExplainedPlugin = {
  readonly plugin: string
  readonly ifName: string
  readonly cniArgs: string
  /** Whose result it is handed as `prevResult`; the result itself is known only when it is there. */
  readonly prevResult?: string
  /** Its standard input, without `prevResult`. */
  readonly input: JsonObject
}

import { type Plan, plan } from '../attach/index.ts'
import {
  CniError,
  type CniVersion,
  delegateConfig,
  type InterfaceName,
  type JsonObject,
  parseCniArgs,
  withCniArgs,
} from '../cni/index.ts'
import { hostFiles } from '../host/index.ts'
import { type ExplainInput, type ExplainOptions, explainInput } from './explain-inputs.ts'
import { EXPLAIN_OUTPUTS, type ExplainOutput } from './explain-output.ts'
import { reasonsOf } from './explain-reasons.ts'
import { indented, note, print } from './print.ts'
import { wrapped } from './terminal.ts'

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

const IF_NAME = 'eth0' as InterfaceName

/**
 * Says what an ADD of each pod would run, in order, and why.
 * @returns the exit status: 1 where an ADD would fail before it runs anything; the reason is on standard error.
 * @throws CniError where what is needed cannot be read.
 */
export async function explain(
  pod: string | undefined,
  options: ExplainOptions & { readonly output: ExplainOutput },
): Promise<number> {
  const input = await explainInput(pod, options)
  const explained: Explanation[] = []
  let status = 0
  for (const knowledge of input.pods) {
    try {
      explained.push(explanation(input, knowledge))
    } catch (fault) {
      if (!(fault instanceof CniError)) throw fault
      const { namespace, name } = knowledge.pod
      note(wrapped(`pod ${namespace}/${name}: ADD would fail with code ${fault.code}: ${fault.msg}`, 2))
      if (fault.details) note(indented(fault.details, 2))
      status = 1
    }
  }
  if (explained.length > 0) print(EXPLAIN_OUTPUTS[options.output](explained))
  return status
}

function explanation(input: ExplainInput, knowledge: ExplainInput['pods'][number]): Explanation {
  const { node } = input
  const { namespace, name } = knowledge.pod
  const planned = plan({ node, knowledge, files: hostFiles, ifName: IF_NAME, passedOver: ({ msg }) => note(msg) })
  const grounds = { ...input, definitions: knowledge.definitions }
  const runtimeArgs = `IgnoreUnknown=1;K8S_POD_NAMESPACE=${namespace};K8S_POD_NAME=${name}`
  return {
    pod: `${namespace}/${name}`,
    attachments: planned.attachments.map((attachment, index) => ({
      network: attachment.name,
      interface: attachment.ifName,
      cniVersion: attachment.network.cniVersion,
      reasons: reasonsOf(attachment, grounds),
      plugins: pluginsOf(planned, index, runtimeArgs),
    })),
    answer: { cniVersion: node.cniVersion, of: node.result === 'merged' ? 'every network' : 'the default network' },
  }
}

function pluginsOf({ attachments }: Plan, index: number, runtimeArgs: string): readonly ExplainedPlugin[] {
  const attachment = attachments[index]
  if (!attachment) return []
  const { network, capabilityArgs, cniArgs, ifName, chaining, isDefault } = attachment
  const args = withCniArgs(runtimeArgs, cniArgs)
  return network.plugins.map((plugin, at) => {
    const before = network.plugins[at - 1]
    const handed = before
      ? `the result of ${before.type}`
      : isDefault || chaining === 'isolated'
        ? ''
        : 'the merged result so far'
    return {
      plugin: plugin.type,
      ifName,
      cniArgs: parseCniArgs(args)
        .map(([key, value]) => `${key}=${value}`)
        .join(';'),
      ...(handed === '' ? {} : { prevResult: handed }),
      input: delegateConfig(network, plugin, { capabilityArgs }),
    }
  })
}

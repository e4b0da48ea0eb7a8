import { type Plan, plan } from '../attach/index.ts'
import { CniError, delegateConfig, type InterfaceName, parseCniArgs, withCniArgs } from '../cni/index.ts'
import { hostFiles } from '../host/index.ts'
import { type ExplainInput, type ExplainOptions, explainInput } from './explain-inputs.ts'
import { EXPLAIN_OUTPUTS, type ExplainOutput } from './explain-output.ts'
import { reasonsOf } from './explain-reasons.ts'
import type { ExplainedPlugin, Explanation } from './explanation.ts'
import { indented, note, print } from './print.ts'
import { wrapped } from './terminal.ts'

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

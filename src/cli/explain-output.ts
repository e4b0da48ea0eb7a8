import { toJson } from '../cni/index.ts'
import type { ExplainedAttachment, ExplainedPlugin, Explanation } from './explanation.ts'
import { indented } from './print.ts'
import { counted, styled, wrapped } from './terminal.ts'

/** How an explanation can be shown. */
export type ExplainOutput = keyof typeof EXPLAIN_OUTPUTS

/** The text of explanations: for people, for programs, as a graph of Mermaid. */
export const EXPLAIN_OUTPUTS = { text, json, mermaid } as const satisfies Record<
  string,
  (of: readonly Explanation[]) => string
>

function text(explanations: readonly Explanation[]): string {
  return explanations.map(podText).join('\n\n')
}

function podText({ pod, attachments, answer }: Explanation): string {
  const plugins = attachments.flatMap((one) => one.plugins).length
  const head = `Pod ${pod}: ${counted(attachments.length, 'network')}, ${counted(plugins, 'plugin run')}, in this order`
  const end = `The runtime is answered with the result of ${answer.of}, in CNI ${answer.cniVersion}. DEL runs all of this in reverse.`
  return [styled('bold', head), ...attachments.map(attachmentText), wrapped(end)].join('\n\n')
}

function attachmentText({ network, interface: ifName, reasons, plugins }: ExplainedAttachment, index: number): string {
  const lines = reasons.map((reason) => `   - ${wrapped(reason, 5, 75)}`)
  return [styled('bold', `${index + 1}. ${ifName}  ${network}`), ...lines, ...plugins.map(pluginText)].join('\n')
}

function pluginText({ plugin, prevResult, cniArgs, input }: ExplainedPlugin): string {
  const handed = prevResult === undefined ? '' : `, and ${prevResult} as prevResult`
  const args = cniArgs.replace(/^IgnoreUnknown=1;K8S_POD_NAMESPACE=[^;]*;K8S_POD_NAME=[^;]*;?/, '')
  const added = args === '' ? '' : `\n   with ${args} in CNI_ARGS`
  return `\n   ${styled('cyan', plugin)} gets${handed}${added}\n${indented(toJson(input, 2), 5)}`
}

function json(explanations: readonly Explanation[]): string {
  return toJson(explanations, 2)
}

// https://mermaid.js.org/syntax/flowchart.html
function mermaid(explanations: readonly Explanation[]): string {
  const lines = explanations.flatMap(({ pod, attachments, answer }, index) => {
    const id = `p${index}`
    const nodes = attachments.flatMap(({ plugins }, at) => plugins.map((_, plugin) => `${id}n${at}_${plugin}`))
    const handed = attachments.flatMap(({ plugins }) => plugins.map(({ prevResult }) => prevResult !== undefined))
    const arrows = nodes.map((node, at) => {
      const arrow = at > 0 && handed[at] ? '-->|prevResult|' : '-->'
      return `  ${nodes[at - 1] ?? `${id}start`} ${arrow} ${node}`
    })
    return [
      `  ${id}start(["ADD pod ${quoted(pod)}"])`,
      ...attachments.flatMap((one, at) => subgraph(one, `${id}n${at}`)),
      `  ${id}end(["result of ${answer.of}, CNI ${answer.cniVersion}"])`,
      ...arrows,
      `  ${nodes.at(-1) ?? `${id}start`} --> ${id}end`,
    ]
  })
  return ['flowchart TD', ...lines].join('\n')
}

function subgraph({ network, interface: ifName, cniVersion, plugins }: ExplainedAttachment, id: string) {
  return [
    `  subgraph ${id}["${quoted(ifName)}: ${quoted(network)}, CNI ${cniVersion}"]`,
    ...plugins.map(({ plugin }, at) => `    ${id}_${at}["${quoted(plugin)}"]`),
    '  end',
  ]
}

function quoted(label: string): string {
  return label.replaceAll('"', '#quot;')
}

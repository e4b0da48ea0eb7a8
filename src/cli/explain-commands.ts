import { type Command, Option } from 'commander'
import { explain } from './explain.ts'
import type { ExplainOptions } from './explain-inputs.ts'
import { EXPLAIN_OUTPUTS, type ExplainOutput } from './explain-output.ts'

const EXAMPLES = `
Examples:
  plexus explain -f pod.yaml -f definitions.yaml
  plexus explain web -f manifests/ --node-config 00-plexus.conf -o mermaid
  plexus explain default/web --from-cluster

Exit status: 0 explained; 1 an ADD would fail; 2 it could not be run.`

/** Adds `explain` to the command line. */
export function addExplainCommands(plexus: Command): void {
  plexus
    .command('explain')
    .description('say what an ADD of a pod would run, in order, with what, and why')
    .argument('[pod]', '[namespace/]name; without it every pod in the files')
    .option('-f, --file <path>', 'pods and definitions; may be repeated', repeated, [])
    .option('--node-config <file>', 'unless given, the one in /etc/cni/net.d')
    .option('--from-cluster', 'ask the API server for the pod and its definitions')
    .option('--kubeconfig <file>', "for it; unless given, the node configuration's or your own")
    .addOption(
      new Option('-o, --output <format>', 'how to say it').choices(Object.keys(EXPLAIN_OUTPUTS)).default('text'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (pod: string | undefined, options: ExplainOptions & { readonly output: ExplainOutput }) => {
      process.exitCode = await explain(pod, options)
    })
}

function repeated(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

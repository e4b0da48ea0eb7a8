import { type Command, Option } from 'commander'
import { type ValidateOptions, validateFiles } from './validate.ts'
import { VALIDATE_OUTPUTS } from './validate-output.ts'

const EXAMPLES = `
Examples:
  plexus validate definitions.yaml pods/
  kubectl get net-attach-def,pods -A -o yaml | plexus validate
  plexus validate --on-this-node /etc/cni/net.d
  plexus validate --strict --output github deploy/

Exit status: 0 nothing wrong, or warnings only; 1 errors; 2 it could not be run.`

/** Adds `validate` to the command line. */
export function addValidateCommands(plexus: Command): void {
  plexus
    .command('validate')
    .description('say everything that is wrong with definitions, pods, and node and network configurations')
    .argument('[path...]', 'files and folders; - or nothing for standard input')
    .addOption(
      new Option('-o, --output <format>', 'how to say it').choices(Object.keys(VALIDATE_OUTPUTS)).default('text'),
    )
    .option('-n, --namespace <name>', 'of objects that name none', 'default')
    .option('--strict', 'warnings are errors')
    .option('--on-this-node', 'look for interfaces, plugins and files on this node')
    .option('--bin-dir <folders>', 'where its plugins are, with colons between', '/opt/cni/bin')
    .addHelpText('after', EXAMPLES)
    .action((paths: readonly string[], options: ValidateOptions) => {
      process.exitCode = validateFiles(paths, options)
    })
}

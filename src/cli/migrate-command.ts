import { type Command, Option } from 'commander'
import { type MigrateOptions, migrate } from './migrate.ts'

const EXAMPLES = `
Examples:
  plexus migrate
  plexus migrate 00-multus.conf -m multus-daemonset.yml >00-plexus.conf

Exit status: 0 done; 2 it could not be run.`

/** Adds `migrate` to the command line. */
export function addMigrateCommand(plexus: Command): void {
  plexus
    .command('migrate')
    .description("print a Multus node's configuration for Plexus, and say what will be different")
    .argument('[file]', "Multus' configuration; unless given, the one in /etc/cni/net.d")
    .option('-m, --manifests <file>', 'its DaemonSet and ConfigMap; may be repeated', repeated, [])
    .option('--plexus-defaults', "Plexus' defaults for chaining and result, not Multus'")
    .option('--write <file>', 'write the configuration there')
    .addOption(new Option('-o, --output <format>', 'how to say it').choices(['text', 'json']).default('text'))
    .addHelpText('after', EXAMPLES)
    .action((file: string | undefined, options: MigrateOptions) => migrate(file, options))
}

function repeated(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

import { type Command, Option } from 'commander'
import { type DoctorOptions, doctor } from './doctor.ts'
import { CONF_DIR } from './node-config-choice.ts'

const EXAMPLES = `
Examples:
  plexus doctor
  plexus doctor --output json | jq '.[].verdicts[].message'

Exit status: 0 nothing to mend; 1 something to mend; 2 it could not be run.`

/** Adds `doctor` to the command line. */
export function addDoctorCommand(plexus: Command): void {
  plexus
    .command('doctor')
    .description('is this node sound? What is not, comes with the command that mends it')
    .addOption(new Option('-o, --output <format>', 'how to say it').choices(['text', 'json']).default('text'))
    .option('--node-config <file>', 'unless given, the first one in the folder of the runtime')
    .option('--cni-conf-dir <folder>', "the runtime's network configurations", CONF_DIR)
    .addHelpText('after', EXAMPLES)
    .action(async (options: DoctorOptions) => {
      process.exitCode = await doctor(options)
    })
}

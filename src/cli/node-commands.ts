import { type Command, Option } from 'commander'
import { type CheckOptions, check } from './check.ts'
import { type GcOptions, gc } from './gc.ts'
import { type LsOptions, ls } from './ls.ts'
import { type ShowOptions, show } from './show.ts'

/** Adds the commands that look at this node's attachments to the command line: `ls`, `show`, `check` and `gc`. */
export function addNodeCommands(plexus: Command): void {
  placed(plexus.command('ls'))
    .description("list this node's attachments, from the journal")
    .option('-w, --watch', 'stay, and list them again when they change')
    .addHelpText('after', '\nExamples:\n  plexus ls\n  plexus ls --output json | jq .attachments[].pod')
    .action((options: LsOptions) => ls(options))
  placed(plexus.command('show'))
    .description('show what the journal holds of a container, and what took how long')
    .argument('<container>', 'its id or the beginning of it, or its pod: [namespace/]name')
    .addHelpText('after', '\nExamples:\n  plexus show default/web\n  plexus show 3f5a')
    .action((container: string, options: ShowOptions) => show(container, options))
  placed(plexus.command('check'))
    .description('run CHECK: is everything as ADD left it?')
    .argument('[container]', 'one of them; without it all')
    .addHelpText('after', '\nExamples:\n  plexus check default/web\n  plexus check --output json')
    .action(async (container: string | undefined, options: CheckOptions) => {
      process.exitCode = await check(container, options)
    })
  placed(plexus.command('gc'))
    .description('delete, through their plugins, the attachments whose sandbox is gone')
    .option('--dry-run', 'say what would be deleted, and delete nothing')
    .addHelpText('after', '\nExamples:\n  plexus gc --dry-run\n  plexus gc')
    .action(async (options: GcOptions) => {
      process.exitCode = await gc(options)
    })
}

function placed(command: Command): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'how to say it').choices(['text', 'json']).default('text'))
    .option('--node-config <file>', 'unless given, the one in /etc/cni/net.d')
    .option('--cni-dir <folder>', "what the journal is kept in, unless given the node configuration's")
}

import { Command, CommanderError, Option } from 'commander'
import { asCniError } from '../cni/index.ts'
import { addConformanceCommand } from './conformance.ts'
import { type DemoOutput, demo } from './demo.ts'
import { demoInside } from './demo-inside.ts'
import { addInstallCommands } from './install-commands.ts'
import { note } from './print.ts'
import { VERSION } from './version.ts'

const EXIT_STATUSES = `
Exit status: 0 done; 1 a check failed, or something was left; 2 it could not be
run.

As a CNI plugin plexus reads CNI_COMMAND and its fellows, and the configuration
on standard input: put it into the folder your runtime has its plugins in.`

/** Runs a command of the command line and ends the process with its exit status. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(args, { from: 'user' })
  } catch (fault) {
    // It has said itself what it is about, help and version included.
    if (fault instanceof CommanderError) {
      process.exitCode = fault.exitCode === 0 ? 0 : 2
      return
    }
    const { msg, details } = asCniError(fault)
    note(`plexus: ${details ? `${msg}\n${details}` : msg}`)
    process.exitCode = 2
  }
}

function program(): Command {
  const plexus = new Command('plexus')
    .description("Attaches a pod's networks by a chain of real CNI plugins, and undoes all of it.")
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ helpWidth: 80 })
    .exitOverride()
    .addHelpText('after', EXIT_STATUSES)
  plexus
    .command('demo')
    .description('attach two pods to bridge, macvlan and ipvlan, show what happens, undo it')
    .addOption(new Option('-o, --output <format>', 'how to show it').choices(['text', 'json']).default('text'))
    .addOption(new Option('--inside', 'this is the machine of its own that the demo runs on').hideHelp())
    .action(async ({ output, inside }: { readonly output: DemoOutput; readonly inside?: boolean }) => {
      process.exitCode = inside ? await demoInside(output) : demo(output)
    })
  addConformanceCommand(plexus)
  addInstallCommands(plexus)
  return plexus
}

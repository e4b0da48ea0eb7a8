import { Command, CommanderError } from 'commander'
import { asCniError } from '../cni/index.ts'
import { addAgentCommand } from './agent-command.ts'
import { addCompletionCommand } from './completion-command.ts'
import { addConformanceCommand } from './conformance.ts'
import { addDemoCommand } from './demo-command.ts'
import { addDoctorCommand } from './doctor-command.ts'
import { addExplainCommands } from './explain-commands.ts'
import { addInstallCommands } from './install-commands.ts'
import { addManualCommand } from './manual-command.ts'
import { addMigrateCommand } from './migrate-command.ts'
import { addNodeCommands } from './node-commands.ts'
import { complain } from './print.ts'
import { WIDTH } from './terminal.ts'
import { addValidateCommands } from './validate-commands.ts'
import { VERSION } from './version.ts'
import { addWebhookCommand } from './webhook.ts'

const EPILOGUE = `
Examples:
  plexus demo
  plexus validate manifests/
  plexus explain default/web --from-cluster
  plexus doctor

Exit status: 0 done; 1 something is wrong; 2 it could not be run.

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
    complain(details ? `${msg}\n${details}` : msg)
    process.exitCode = 2
  }
}

function program(): Command {
  const plexus = new Command('plexus')
    .description("Attaches a pod's networks by a chain of real CNI plugins, and undoes all of it.")
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ helpWidth: WIDTH })
    .configureOutput({ outputError: (text) => complain(text.replace(/^error: /, '')) })
    .showHelpAfterError('plexus --help says what there is.')
    .exitOverride()
    .addHelpText('after', EPILOGUE)
  plexus.commandsGroup('Before you apply:')
  addValidateCommands(plexus)
  addExplainCommands(plexus)
  plexus.commandsGroup('On a node:')
  addNodeCommands(plexus)
  addDoctorCommand(plexus)
  plexus.commandsGroup('To set a node up:')
  addInstallCommands(plexus)
  addAgentCommand(plexus)
  addMigrateCommand(plexus)
  addWebhookCommand(plexus)
  plexus.commandsGroup('For vendors:')
  addConformanceCommand(plexus)
  plexus.commandsGroup('And:').helpCommand('help [command]', 'show the help of a command')
  addDemoCommand(plexus)
  addCompletionCommand(plexus)
  addManualCommand(plexus)
  return plexus
}

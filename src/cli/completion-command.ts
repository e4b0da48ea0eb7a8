import { Argument, type Command } from 'commander'
import { completionScript, SHELLS, type Shell } from './completion.ts'
import { print } from './print.ts'

const EXAMPLES = `
Examples:
  source <(plexus completion bash)
  plexus completion zsh >"\${fpath[1]}/_plexus"
  plexus completion fish >~/.config/fish/completions/plexus.fish`

/** Adds `completion` to the command line. */
export function addCompletionCommand(plexus: Command): void {
  plexus
    .command('completion')
    .description('print the script that makes a shell complete plexus')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', EXAMPLES)
    .action((shell: Shell) => print(completionScript(shell, plexus).trimEnd()))
}

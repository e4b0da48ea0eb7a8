import type { Command } from 'commander'
import { manualPage } from './manual-page.ts'
import { print } from './print.ts'

const EXAMPLES = `
Examples:
  plexus manual | man -l -
  plexus manual >/usr/local/share/man/man1/plexus.1`

/** Adds `manual` to the command line; late, since its page has what is there by then. */
export function addManualCommand(plexus: Command): void {
  plexus
    .command('manual')
    .description('print the manual page, for man')
    .addHelpText('after', EXAMPLES)
    .action(() => print(manualPage(plexus).trimEnd()))
}

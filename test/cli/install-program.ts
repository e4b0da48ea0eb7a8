import { Command } from 'commander'
import { addInstallCommands } from '../../src/cli/install-commands.ts'
import { asCniError } from '../../src/cni/index.ts'

// `plexus install` and `plexus uninstall` from the sources.
const plexus = new Command('plexus').configureHelp({ helpWidth: 80 })
addInstallCommands(plexus)
try {
  await plexus.parseAsync(process.argv.slice(2), { from: 'user' })
} catch (fault) {
  console.error(`plexus: ${asCniError(fault).msg}`)
  process.exitCode = 2
}

import { type Command, InvalidArgumentError, Option } from 'commander'
import { install } from './install.ts'
import type { InstallOptions, UninstallOptions } from './install-options.ts'
import { uninstall } from './uninstall.ts'

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Adds `install` and `uninstall` to the command line. */
export function addInstallCommands(plexus: Command): void {
  placed(plexus.command('install'))
    .description("make this node's container runtime call Plexus; may be run again")
    .option('--default-network <which>', 'a file of the configuration folder, a path, a folder', 'auto')
    .option('--readiness-indicator-file <path>', 'what the default network makes when it is ready; empty for nothing')
    .addOption(new Option('--runtime <name>', 'the runtime').choices(['containerd', 'crio']).default('containerd'))
    .option('--agent-socket <path>', "the node agent's socket; empty for none", '/run/plexus/agent.sock')
    .option('--node-config <file>', 'JSON with further keys of the node configuration')
    .addOption(
      new Option('--service-account <folder>', 'the token and the authority to use').default(
        SERVICE_ACCOUNT,
        "the pod's own",
      ),
    )
    .option('--skip-executable', 'leave the executable as it is')
    .option('--timeout <seconds>', 'give up without a default network', seconds)
    .option('--watch', 'stay, and renew the token in the kubeconfig')
    .action(async (options: InstallOptions) => {
      process.exitCode = await install(options)
    })
  placed(plexus.command('uninstall'))
    .description("give the node back to the default network's own configuration")
    .option('--executable', 'remove the executable as well, where no container needs it')
    .action((options: UninstallOptions) => {
      process.exitCode = uninstall(options)
    })
}

// What says where things are: the same for both, so that the one undoes what the other did.
function placed(command: Command): Command {
  return command
    .option('--cni-bin-dir <folder>', "the runtime's plugins", '/opt/cni/bin')
    .option('--cni-conf-dir <folder>', "the runtime's network configurations", '/etc/cni/net.d')
    .option('--cni-dir <folder>', 'what the journal is kept in', '/var/lib/cni/multus')
    .option('--kubeconfig <path>', 'default: plexus.d/plexus.kubeconfig beside them')
    .option('--host-root <folder>', "where the host's folders are mounted", '')
    .addOption(new Option('--type <name>', 'what Plexus is called').choices(['plexus', 'multus']).default('plexus'))
    .option('--executable-file <file>', 'the executable, if not this one')
}

function seconds(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0) return value
  throw new InvalidArgumentError('It is not a number of seconds.')
}

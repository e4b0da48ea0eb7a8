import { hostname } from 'node:os'
import type { Command } from 'commander'
import { compileHotCode } from '../host/index.ts'
import { stopSignal } from './install-pause.ts'
import { VERSION } from './version.ts'

type Options = {
  readonly nodeConfig: string
  readonly nodeName?: string
  readonly socket?: string
  readonly healthAddress: string
}

/** Adds `agent` to the command line. */
export function addAgentCommand(plexus: Command): void {
  plexus
    .command('agent')
    .description('the node agent: knows pods and definitions, gives calls their turn, tells the API server')
    .option('--node-config <file>', 'the node configuration', '/etc/cni/net.d/00-plexus.conflist')
    .option('--node-name <name>', "the node's name; default: $NODE_NAME, or the host's name")
    .option('--socket <path>', 'where calls come to; default: agentSocket of the node configuration')
    .option('--health-address <host:port>', 'for /healthz, /readyz and /metrics', '127.0.0.1:9646')
    .action(async ({ nodeName, ...options }: Options) => {
      // Loaded late: no other command needs it.
      const { runAgent } = await import('../agent/index.ts')
      compileHotCode()
      await runAgent(
        { ...options, version: VERSION, nodeName: nodeName ?? process.env['NODE_NAME'] ?? hostname().toLowerCase() },
        stopSignal(),
      )
    })
}

import type { NodeConfig } from '../attach/index.ts'
import {
  type AgentCall,
  agentCall,
  type DelegateRun,
  filesSource,
  type KubeClient,
  kubeClient,
  kubeReporter,
  kubeSource,
} from '../cluster/index.ts'
import { type Call, type ChainEvent, type InvocationOf, toJson } from '../cni/index.ts'
import type { ConfiguredInvocation, Log, Ports, Reporter, Source } from '../engine/index.ts'
import {
  bootCollection,
  type CallTurns,
  callTurns,
  hostDeviceInfos,
  hostDevices,
  hostExec,
  hostFiles,
  hostLocks,
  hostLog,
  hostMachine,
  hostRoutes,
  journalFiles,
  multusFiles,
  requireOwnFolders,
  strangerAtSocket,
} from '../host/index.ts'
import { delegateEnvironment } from './delegate-environment.ts'

/** Those who want to see a call as it is carried out. */
export type Watcher = (event: ChainEvent) => void

/** Set for delegates: a Plexus that is run by Plexus, by whatever detour, has to notice. */
export const NESTED = 'PLEXUS_NESTED'

/** What a call is carried out with, and what is to be done when it has ended. */
export type Carrier = { readonly ports: Ports; readonly ended: (code?: number) => Promise<void> }

/**
 * What a call is carried out with: the ports of this machine and this cluster, by way of the node agent where there is one.
 * @throws CniError 5 where the node's folders are not this user's own.
 */
export function carrierOf(
  node: NodeConfig,
  invocation: ConfiguredInvocation,
  env: Call['env'],
  watch: Watcher | undefined,
): Carrier {
  const log = hostLog(node)
  const client = node.kubeconfig === undefined || node.source ? undefined : kubeClient(node.kubeconfig)
  const turns = callTurns(`${node.cniDir}/plexus/turns`, node.maxConcurrent)
  const direct = { source: sourceOf(node, invocation, client), reporter: client && reporterOf(client, node, log) }
  if (node.agentSocket === undefined || node.source || !('containerId' in invocation))
    return {
      ports: portsOf(node, invocation, env, { ...direct, turns, log, observe: watch }),
      ended: async () => turns.giveBack(),
    }
  const agent = agentCall({ socket: node.agentSocket, ...direct, otherTurns: turns, log, strangerAt: strangerAtSocket })
  const { runs, observe } = recorded(watch)
  return {
    ports: portsOf(node, invocation, env, { ...agent, log, observe }),
    ended: endingOf(agent, turns, invocation, runs),
  }
}

function endingOf(
  agent: AgentCall,
  turns: CallTurns,
  { verb, containerId }: InvocationOf<'ADD' | 'DEL' | 'CHECK'>,
  runs: readonly DelegateRun[],
): Carrier['ended'] {
  const began = performance.now()
  return async (code) => {
    turns.giveBack()
    await agent.end({ verb, containerId, code, durationMs: performance.now() - began, runs })
  }
}

// What the agent counts.
function recorded(watch: Watcher | undefined): { readonly runs: readonly DelegateRun[]; readonly observe: Watcher } {
  const runs: DelegateRun[] = []
  const observe: Watcher = (event) => {
    watch?.(event)
    if (event.kind !== 'plugin-ended') return
    const { network, plugin, verb, outcome } = event
    const { durationMs, end } = outcome
    runs.push({ network, plugin, verb, durationMs, failed: end.kind !== 'exited' || end.status !== 0 })
  }
  return { runs, observe }
}

function portsOf(
  node: NodeConfig,
  invocation: ConfiguredInvocation,
  env: Call['env'],
  { source, reporter, turns, log, observe }: Pick<Ports, 'source' | 'reporter' | 'turns' | 'log' | 'observe'>,
): Ports {
  const folder = `${node.cniDir}/plexus`
  requireOwnFolders(node.cniDir, folder)
  const inherited = delegateEnvironment(env, node.delegateEnvironment)
  return {
    exec: hostExec(),
    files: hostFiles,
    source,
    reporter,
    turns,
    devices: hostDevices(),
    deviceInfos: hostDeviceInfos(),
    journal: journalFiles(folder),
    multus: multusFiles(node.cniDir),
    routes: hostRoutes(),
    locks: hostLocks(`${folder}/locks`),
    boot: bootCollection(folder, { env: inherited, stdin: toJson(node.raw) }),
    machine: hostMachine(),
    log,
    env: { ...inherited, [NESTED]: invocation.verb },
    observe,
  }
}

// These ask only which networks the node has, and are asked again; a GC keeps every other call waiting.
const IMPATIENT: readonly string[] = ['STATUS', 'GC']
const IMPATIENT_S = 5

function sourceOf(
  node: NodeConfig,
  { verb }: ConfiguredInvocation,
  client: KubeClient | undefined,
): Source | undefined {
  if (node.source) return filesSource(node.source.files, hostFiles)
  const seconds = IMPATIENT.includes(verb) ? Math.min(IMPATIENT_S, node.apiTimeout) : node.apiTimeout
  return client && kubeSource({ client, node, apiTimeoutMs: seconds * 1000 })
}

// A runtime waits meanwhile, and the pod with it.
const REPORT_PATIENCE_MS = 5_000

function reporterOf(client: KubeClient, { events }: NodeConfig, log: Log): Reporter {
  return kubeReporter({ client, log, events, patienceMs: REPORT_PATIENCE_MS })
}

import { type NodeConfig, readNodeConfig } from '../attach/index.ts'
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
import {
  asCniError,
  type Call,
  type ChainEvent,
  CniError,
  CODE,
  type Invocation,
  type InvocationOf,
  isCniError,
  NEWEST,
  readInvocation,
  toJson,
  VERSION_RESULT,
} from '../cni/index.ts'
import {
  type ConfiguredInvocation,
  carryOut,
  collectEarlierBoots,
  type Log,
  type Ports,
  type Reporter,
  type Source,
} from '../engine/index.ts'
import {
  bootCollection,
  type CallTurns,
  COLLECTING,
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
} from '../host/index.ts'

/** What a plugin prints and ends with (SPEC 1.1.0, section 5). */
export type Answer = { readonly stdout: string; readonly status: 0 | 1 }

/** Those who want to see a call as it is carried out. */
export type Watcher = (event: ChainEvent) => void

// Set for delegates: a Plexus that is run by Plexus, by whatever detour, has to notice.
const NESTED = 'PLEXUS_NESTED'
// The file that says what took how long; a runtime's environment is that of whoever may configure it.
const TRACE = 'PLEXUS_TRACE'

/** Answers one call of a runtime: the whole of the CNI plugin, but for the process around it. Never throws. */
export async function answerCall(call: Call, watch?: Watcher): Promise<Answer> {
  const began = performance.now()
  let cniVersion: string = NEWEST
  try {
    const invocation = readInvocation(call)
    if (invocation.verb === 'VERSION') return success(VERSION_RESULT)
    cniVersion = invocation.cniVersion
    if (call.env[NESTED]) return answerNested(invocation)
    const { config: node, warnings } = readNodeConfig(invocation.config)
    const carried = await traced(carrierOf(node, invocation, call.env, watch), invocation, call.env[TRACE], began)
    for (const { path, message } of warnings) carried.ports.log.warning('node configuration', { path, message })
    if (call.env[COLLECTING] !== undefined) return await collect(invocation, node, carried.ports)
    return await answerWith(invocation, node, carried)
  } catch (fault) {
    return { stdout: `${toJson(asCniError(fault).toObject(cniVersion))}\n`, status: 1 }
  }
}

// In a process beside the first call of a boot: nobody reads its answer.
async function collect(invocation: ConfiguredInvocation, node: NodeConfig, ports: Ports): Promise<Answer> {
  try {
    await collectEarlierBoots({ invocation, node, ports })
  } catch (fault) {
    ports.log.error('what earlier boots left is not collected', { msg: asCniError(fault).msg })
  }
  return success(undefined)
}

async function answerWith(
  invocation: ConfiguredInvocation,
  node: NodeConfig,
  { ports, ended }: Carrier,
): Promise<Answer> {
  const { verb } = invocation
  const container = 'containerId' in invocation ? { containerId: invocation.containerId, args: invocation.cniArgs } : {}
  try {
    const result = await carryOut(invocation, node, ports)
    ports.log.verbose('call ended', { verb, ...container, ...(result === undefined ? {} : { result }) })
    await ended()
    return success(result)
  } catch (fault) {
    const { code, msg, details } = asCniError(fault)
    ports.log.error('call failed', {
      verb,
      ...container,
      code,
      msg,
      details,
      ...(fault instanceof Error && !isCniError(fault) ? { stack: fault.stack } : {}),
    })
    await ended(code)
    throw fault
  }
}

function success(value: object | null | number | string | boolean | undefined): Answer {
  return { stdout: value === undefined ? '' : `${toJson(value as object)}\n`, status: 0 }
}

// It attached nothing, so that there is nothing to delete either; anything else would nest without end.
function answerNested({ verb }: Invocation): Answer {
  if (verb === 'DEL' || verb === 'GC') return success(undefined)
  throw new CniError(CODE.selfDelegation, 'Plexus is run by Plexus: a network is made of Plexus itself, at some depth')
}

/** What a call is carried out with, and what is to be done when it has ended. */
export type Carrier = { readonly ports: Ports; readonly ended: (code?: number) => Promise<void> }

// Loaded late: hardly any call is traced.
async function traced(
  carrier: Carrier,
  { verb }: Invocation,
  path: string | undefined,
  began: number,
): Promise<Carrier> {
  if (!path || !(verb === 'ADD' || verb === 'DEL')) return carrier
  const { tracedCarrier } = await import('./trace.ts')
  return tracedCarrier(carrier, path, began)
}

function carrierOf(
  node: NodeConfig,
  invocation: ConfiguredInvocation,
  env: Call['env'],
  watch: Watcher | undefined,
): Carrier {
  const log = hostLog(node)
  const client = node.kubeconfig === undefined || node.source ? undefined : kubeClient(node.kubeconfig)
  const direct = { source: sourceOf(node, invocation, client), reporter: client && reporterOf(client, node, log) }
  const turns = callTurns(`${node.cniDir}/plexus/turns`, node.maxConcurrent)
  if (node.agentSocket === undefined || node.source || !('containerId' in invocation))
    return {
      ports: portsOf(node, invocation, env, { ...direct, turns, log, observe: watch }),
      ended: async () => turns.giveBack(),
    }
  const agent = agentCall({ socket: node.agentSocket, ...direct, otherTurns: turns, log })
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
    boot: bootCollection(folder, { env: definedOnly(env), stdin: toJson(node.raw) }),
    machine: hostMachine(),
    log,
    env: { ...definedOnly(env), [NESTED]: invocation.verb },
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

function definedOnly(env: Call['env']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}

import { type NodeConfig, readNodeConfig } from '../attach/index.ts'
import { filesSource, type KubeClient, kubeClient, kubeReporter, kubeSource } from '../cluster/index.ts'
import {
  asCniError,
  type Call,
  type ChainEvent,
  CniError,
  CODE,
  type Invocation,
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
  COLLECTING,
  hostDeviceInfos,
  hostDevices,
  hostExec,
  hostFiles,
  hostLocks,
  hostLog,
  hostMachine,
  hostRoutes,
  journalFiles,
} from '../host/index.ts'

/** What a plugin prints and ends with (SPEC 1.1.0, section 5). */
export type Answer = { readonly stdout: string; readonly status: 0 | 1 }

/** Those who want to see a call as it is carried out. */
export type Watcher = (event: ChainEvent) => void

// Set for delegates: a Plexus that is run by Plexus, by whatever detour, has to notice.
const NESTED = 'PLEXUS_NESTED'

/** Answers one call of a runtime: the whole of the CNI plugin, but for the process around it. Never throws. */
export async function answerCall(call: Call, watch?: Watcher): Promise<Answer> {
  let cniVersion: string = NEWEST
  try {
    const invocation = readInvocation(call)
    if (invocation.verb === 'VERSION') return success(VERSION_RESULT)
    cniVersion = invocation.cniVersion
    if (call.env[NESTED]) return answerNested(invocation)
    const { config: node, warnings } = readNodeConfig(invocation.config)
    const ports = portsOf(node, invocation, call.env, watch)
    for (const { path, message } of warnings) ports.log.warning('node configuration', { path, message })
    return await answerWith(invocation, node, ports, call.env[COLLECTING] !== undefined)
  } catch (fault) {
    return { stdout: `${toJson(asCniError(fault).toObject(cniVersion))}\n`, status: 1 }
  }
}

async function answerWith(
  invocation: ConfiguredInvocation,
  node: NodeConfig,
  ports: Ports,
  collecting: boolean,
): Promise<Answer> {
  const { verb } = invocation
  const container = 'containerId' in invocation ? { containerId: invocation.containerId, args: invocation.cniArgs } : {}
  try {
    if (collecting) {
      await collectEarlierBoots({ invocation, node, ports })
      return success(undefined)
    }
    const result = await carryOut(invocation, node, ports)
    ports.log.verbose('call ended', { verb, ...container, ...(result === undefined ? {} : { result }) })
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

function portsOf(
  node: NodeConfig,
  invocation: ConfiguredInvocation,
  env: Call['env'],
  watch: Watcher | undefined,
): Ports {
  const folder = `${node.cniDir}/plexus`
  const log = hostLog(node)
  const client = node.kubeconfig === undefined || node.source ? undefined : kubeClient(node.kubeconfig)
  return {
    exec: hostExec(),
    files: hostFiles,
    source: sourceOf(node, client),
    reporter: client && reporterOf(client, log),
    devices: hostDevices(),
    deviceInfos: hostDeviceInfos(),
    journal: journalFiles(folder),
    routes: hostRoutes(),
    locks: hostLocks(`${folder}/locks`),
    boot: bootCollection(folder, { env: definedOnly(env), stdin: toJson(node.raw) }),
    machine: hostMachine(),
    log,
    env: { ...definedOnly(env), [NESTED]: invocation.verb },
    observe: watch,
  }
}

function sourceOf(node: NodeConfig, client: KubeClient | undefined): Source | undefined {
  if (node.source) return filesSource(node.source.files, hostFiles)
  return client && kubeSource({ client, node, apiTimeoutMs: node.apiTimeout * 1000 })
}

// A runtime waits meanwhile, and the pod with it.
const REPORT_PATIENCE_MS = 5_000

function reporterOf(client: KubeClient, log: Log): Reporter {
  return kubeReporter({ client, log, patienceMs: REPORT_PATIENCE_MS })
}

function definedOnly(env: Call['env']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}

import { type NodeConfig, readNodeConfig } from '../attach/index.ts'
import {
  asCniError,
  type Call,
  CniError,
  CODE,
  type Invocation,
  isCniError,
  NEWEST,
  readInvocation,
  toJson,
  VERSION_RESULT,
} from '../cni/index.ts'
import { type ConfiguredInvocation, carryOut, collectEarlierBoots, type Ports } from '../engine/index.ts'
import { COLLECTING } from '../host/index.ts'
import { type Carrier, carrierOf, NESTED, type Watcher } from './carrier.ts'

/** What a plugin prints and ends with (SPEC 1.1.0, section 5). */
export type Answer = { readonly stdout: string; readonly status: 0 | 1 }

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

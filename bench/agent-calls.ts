import { BEGIN_PATH, type BeginAnswer, END_PATH } from '../src/cluster/agent-protocol.ts'
import type { AgentTransport } from '../src/cluster/agent-transport.ts'
import { nodeTransport } from '../src/cluster/agent-transport-node.ts'
import type { PodRef } from '../src/engine/index.ts'
import type { Growth } from './growth.ts'
import { memoryOfProcess } from './memory.ts'
import type { Scene } from './scene.ts'

// What it has told by then is told by way of the API server, and comes back as a change of the pod.
const TELLING_MS = 60
const TOLD_TOGETHER = 20
const LIMITS = { headWithinMs: 10_000, bodyWithinMs: 10_000 }

/**
 * The agent's memory after ever more ADDs, each of which it looks a pod up for, and has a status and an Event to tell.
 * No plugin runs: the agent knows of them by what it is told alone.
 */
export async function agentMemoryByCalls({ cluster, agent }: Scene, counts: readonly number[]): Promise<Growth> {
  const transport = nodeTransport(String(cluster.node.config['agentSocket']))
  const points: [number, number][] = []
  let made = 0
  for (const count of counts) {
    for (; made < count; made += 1) {
      await attach(transport, made)
      if (made % TOLD_TOGETHER === 0) await new Promise((resolve) => setTimeout(resolve, TELLING_MS))
    }
    points.push([count, memoryOfProcess(agent.process.pid ?? 0)])
  }
  return { title: "The agent's memory by calls", of: 'ADDs', unit: 'MiB', lines: [{ name: 'one agent', points }] }
}

async function attach(transport: AgentTransport, number: number): Promise<void> {
  const asked = { namespace: 'default', name: 'pod-0' }
  const begin = { verb: 'ADD', containerId: 'calls', pod: asked }
  const { text = '' } = await transport.post({ path: BEGIN_PATH, body: begin, ...LIMITS })
  const answer = JSON.parse(text) as BeginAnswer
  if (answer.kind !== 'known') throw new Error(`the agent does not know the pod: ${text}`)
  const body = {
    verb: 'ADD',
    containerId: 'calls',
    durationMs: 50,
    runs: [{ network: 'default-net', plugin: 'bridge', verb: 'ADD', durationMs: 10, failed: false }],
    report: reportOf({ ...asked, uid: answer.knowledge.pod?.uid }, number),
  }
  const { status } = await transport.post({ path: END_PATH, body, ...LIMITS })
  if (status !== 200) throw new Error(`the agent does not take the end of a call: ${status}`)
}

function reportOf(pod: PodRef, number: number): object {
  const ips = [`10.10.${(number >> 8) & 255}.${number & 255}`]
  const status = [{ name: 'default-net', interface: 'eth0', ips, mac: '0a:00:00:00:00:01', default: true, dns: {} }]
  const message = `Add eth0 [${ips.join()}/16] from default-net`
  return { pod, containerId: 'calls', status, events: [{ type: 'Normal', reason: 'AddedInterface', message }] }
}

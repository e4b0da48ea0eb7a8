import { eventually } from '../test/agent/agent-node.ts'
import { definition } from '../test/engine/plexus.ts'
import { memoryOfProcess } from './memory.ts'
import type { Scene } from './scene.ts'

/** What an agent with so many definitions and pods has of memory while nothing happens, in MiB. */
export type AgentMemory = { readonly definitions: number; readonly pods: number; readonly mib: number }

const AT_ONCE = 500

/** Measures agents that have just started, with ever more definitions in the cluster. */
export async function measureAgentMemory(
  { cluster, agent, sandboxes, networks }: Scene,
  counts: readonly number[],
): Promise<readonly AgentMemory[]> {
  await agent.end('SIGTERM')
  const [network] = networks
  const config = { cniVersion: '1.0.0', name: network.name, plugins: network.plugins }
  const figures: AgentMemory[] = []
  let there = 0
  for (const definitions of counts) {
    for (; there < definitions; there += AT_ONCE) {
      const size = Math.min(AT_ONCE, definitions - there)
      cluster.api.apply(...Array.from({ length: size }, (_, index) => definition(`many-${there + index}`, config)))
    }
    const one = await cluster.startAgent()
    const looks: number[] = []
    await eventually(() => looks.push(memoryOfProcess(one.process.pid ?? 0)) > 60)
    figures.push({ definitions, pods: sandboxes.length, mib: looks.at(-1) ?? 0 })
    await one.end('SIGTERM')
  }
  return figures
}

import type { Contender } from './contender.ts'
import type { Costs, Driver } from './driver.ts'
import { highest, memoryOf, memoryOfProcess } from './memory.ts'
import type { Sandbox } from './networks.ts'
import { clear, type Scene } from './scene.ts'
import { quantile } from './statistics.ts'

/** What became of many pods that were attached at once. */
export type StormFigures = {
  readonly name: string
  readonly pods: number
  /** Until the last one was attached or had failed; the median of the storms. */
  readonly ms: number
  /** As a multiple of the plugins bare. */
  readonly ratio: number
  readonly slowestMs: number
  readonly failures: number
  readonly failure: string | undefined
  /** In MiB, at its highest, in a storm of its own: to measure it takes time. Of the processes that ran for calls. */
  readonly memory: number
  /** Of the agent, or a peer's daemon. */
  readonly daemonMemory: number
}

/** Measures storms: the contenders in turn, so many times each, then once more for the memory. */
export async function measureStorms(
  scene: Scene,
  contenders: readonly Contender[],
  pods: number,
  rounds: number,
): Promise<readonly StormFigures[]> {
  const sandboxes = scene.sandboxes.slice(0, pods)
  const storms = contenders.map((): Costs[] => [])
  for (let round = 0; round < rounds; round += 1)
    for (const [index, contender] of contenders.entries())
      storms[index]?.push(await storm(scene.drive, contender, sandboxes))
  const medians = storms.map((costs) =>
    quantile(
      costs.map(({ ms }) => ms),
      0.5,
    ),
  )
  const figures: StormFigures[] = []
  for (const [index, contender] of contenders.entries()) {
    const calls = (storms[index] ?? []).flatMap((costs) => costs.calls)
    const failed = calls.filter(({ status }) => status !== 0)
    figures.push({
      name: contender.name,
      pods,
      ms: medians[index] ?? 0,
      ratio: (medians[index] ?? 0) / (medians[0] ?? 1),
      slowestMs: Math.max(...calls.map(({ ms }) => ms)),
      failures: failed.length,
      failure: failed[0]?.outputs.at(-1)?.slice(0, 300),
      ...(await memoryIn(scene, contender, sandboxes)),
    })
  }
  return figures
}

/** Attaches all sandboxes at once, and then makes them as they were. */
async function storm(drive: Driver, contender: Contender, sandboxes: readonly Sandbox[]): Promise<Costs> {
  const added = await drive(sandboxes.map((sandbox) => contender.add(sandbox)))
  const whole = sandboxes.flatMap((sandbox, index) => {
    const cost = added.calls[index]
    return cost?.status === 0 ? [contender.del(sandbox, cost)] : []
  })
  // Not at once: what is measured is the ADD.
  for (let at = 0; at < whole.length; at += AT_ONCE) await drive(whole.slice(at, at + AT_ONCE))
  for (const [index, sandbox] of sandboxes.entries()) if (added.calls[index]?.status !== 0) clear(sandbox)
  return added
}

const AT_ONCE = 4

async function memoryIn(
  { drive, agent, peerDaemon }: Scene,
  contender: Contender,
  sandboxes: readonly Sandbox[],
): Promise<Pick<StormFigures, 'memory' | 'daemonMemory'>> {
  const daemon = contender.daemon === 'agent' ? agent.process.pid : peerDaemon?.process.pid
  let daemonMemory = 0
  const figure = (): number => {
    if (contender.daemon && daemon) daemonMemory = Math.max(daemonMemory, memoryOfProcess(daemon))
    return contender.program ? memoryOf({ program: contender.program, without: agent.process.pid }) : 0
  }
  const memory = await highest(figure, storm(drive, contender, sandboxes))
  return { memory, daemonMemory }
}

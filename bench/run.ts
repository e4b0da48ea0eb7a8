import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import { PLEXUS } from '../test/engine/plexus.ts'
import { agentMemoryByCalls } from './agent-calls.ts'
import { measureAgentMemory } from './agent-memory.ts'
import { measureCalls } from './calls.ts'
import { addByDefinitions, agentByDefinitions, type Growth, journalByContainers } from './growth.ts'
import { plot } from './plot.ts'
import { type Report, tables } from './report.ts'
import { countRequests } from './requests.ts'
import { type Scene, withScene } from './scene.ts'
import { measureStartUp } from './start-up.ts'
import { measureStorms, type StormFigures } from './storm.ts'

// tsx bench/run.ts [--quick] [--output json] [--plots FOLDER], in scripts/isolated.sh
//
// Fails where something could not be measured, and never for a time. The plots go to docs/performance, unless quick.

/** How much is measured. */
type Extent = {
  readonly rounds: number
  readonly storms: readonly { readonly pods: number; readonly rounds: number }[]
  readonly definitionsInPod: readonly number[]
  readonly definitions: readonly number[]
  readonly agentDefinitions: readonly number[]
  readonly agentCalls: readonly number[]
  readonly containers: readonly number[]
}

const WHOLE: Extent = {
  rounds: 60,
  storms: [
    { pods: 100, rounds: 3 },
    { pods: 250, rounds: 1 },
  ],
  definitionsInPod: [1, 2, 4, 8, 16],
  definitions: [100, 1_000, 10_000, 100_000],
  agentDefinitions: [10, 1_000, 10_000],
  agentCalls: [0, 100, 1_000, 10_000],
  containers: [0, 100, 1_000, 10_000],
}
const QUICK: Extent = {
  rounds: 2,
  storms: [{ pods: 5, rounds: 1 }],
  definitionsInPod: [1, 2],
  definitions: [100, 1_000],
  agentDefinitions: [10],
  agentCalls: [0, 20],
  containers: [0, 100],
}

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    output: { type: 'string', default: 'table' },
    plots: { type: 'string' },
  },
})

await main(options.quick ? QUICK : WHOLE)

async function main(extent: Extent): Promise<void> {
  // It costs Node.js 40 ms a start where it is set.
  delete process.env['NODE_EXTRA_CA_CERTS']
  const pods = Math.max(...extent.storms.map((storm) => storm.pods))
  await withScene(pods, async (scene) => {
    const report = await measured(scene, extent)
    process.stdout.write(options.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${tables(report)}\n`)
    const folder = options.plots ?? (options.quick ? undefined : 'docs/performance')
    if (folder) drawPlots(folder, report.growth)
    // A meta-plugin that loses pods is broken, whatever the machine; a peer's losses are what is measured.
    const lost = report.storms.filter(({ name, failures }) => name.startsWith('plexus') && failures > 0)
    for (const { name, failure } of lost) process.stderr.write(`${name} failed in a storm: ${failure}\n`)
    if (lost.length > 0) process.exitCode = 1
  })
}

async function measured(scene: Scene, extent: Extent): Promise<Report> {
  const { bare, plexus, peers, drive, sandboxes, folder } = scene
  const contenders = [bare, plexus.agent, plexus.direct, plexus.files, ...peers]
  const [sandbox] = sandboxes
  if (!sandbox) throw new Error('there is no sandbox')
  note('calls')
  const calls = await measureCalls(drive, contenders, sandbox, extent.rounds)
  const storms: StormFigures[] = []
  for (const { pods, rounds } of extent.storms) {
    note(`storm of ${pods}`)
    storms.push(...(await measureStorms(scene, contenders, pods, rounds)))
  }
  note('start-up')
  const programs = [PLEXUS, '/usr/lib/cni/bridge', '/bin/true']
  const startUp = await measureStartUp(drive, programs, sandbox, extent.rounds)
  note('requests')
  const requests = await countRequests(scene, [plexus.agent, plexus.direct])
  note('growth')
  const growth = [
    await addByDefinitions(scene, extent.definitionsInPod, Math.ceil(extent.rounds / 4)),
    await agentByDefinitions(extent.definitions, 200),
    journalByContainers(folder, extent.containers, 200),
    await agentMemoryByCalls(scene, extent.agentCalls),
  ]
  note("the agent's memory")
  const agentMemory = await measureAgentMemory(scene, extent.agentDefinitions)
  return { machine: machine(), at: new Date().toISOString(), calls, storms, startUp, requests, agentMemory, growth }
}

function drawPlots(folder: string, growth: readonly Growth[]): void {
  mkdirSync(folder, { recursive: true })
  const names = ['add-by-definitions', 'agent-by-definitions', 'journal-by-containers', 'agent-memory-by-calls']
  for (const [index, one] of growth.entries()) writeFileSync(`${folder}/${names[index]}.svg`, plot(one))
}

function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Linux ${release()}`
}

function note(what: string): void {
  process.stderr.write(`bench: ${what}\n`)
}

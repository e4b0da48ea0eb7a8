import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type AgentNode, nodePod, withAgentNode } from '../agent/agent-node.ts'
import { bridge, definition } from '../engine/plexus.ts'
import { leftovers } from '../node/namespaces.ts'
import { plotOf } from './plot.ts'
import { type Sample, watchAgent } from './samples.ts'
import { type Tally, tallyOf } from './tally.ts'
import { makeTrouble } from './trouble.ts'
import { workers } from './workers.ts'

// node --import tsx test/soak/soak.ts [--calls N] [--pods N] [--plot FILE]
//
// ADDs and DELs of many pods at once through the agent on real plugins, while delegates and calls are killed, the agent is
// killed and the API server is away; then what is left. Exits 1 where anything is.

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string', default: '2000' },
    pods: { type: 'string', default: '20' },
    plot: { type: 'string' },
  },
})
const [calls, pods] = [Number(options.calls), Number(options.pods)]
const tally = tallyOf()

await withAgentNode({ delegates: [bridge(10)], apiTimeout: 10, logToStderr: true }, async (agentNode) => {
  lay(agentNode)
  const before = takeStock(agentNode)
  const { samples, end } = await soak(agentNode)
  const left = takeStock(agentNode).filter((trace) => !before.includes(trace))
  report(tally, samples, left, end)
  if (options.plot) writeFileSync(options.plot, plotOf(samples))
  process.exitCode = left.length > 0 ? 1 : 0
})

function lay({ api }: AgentNode): void {
  execFileSync('ip', ['link', 'add', 'up0', 'type', 'veth', 'peer', 'name', 'wire0'])
  for (const link of ['up0', 'wire0']) execFileSync('ip', ['link', 'set', link, 'up'])
  // Bridges are their plugin's, and stay; made by hand they are there before.
  for (const link of ['br10', 'br30']) execFileSync('ip', ['link', 'add', link, 'type', 'bridge'])
  const ipam = { type: 'host-local', subnet: '10.20.0.0/16' }
  const { type, bridge: name, ipam: own } = bridge(30) as Readonly<Record<string, unknown>>
  api.apply(
    definition('lan', { cniVersion: '0.3.1', name: 'lan', type: 'macvlan', master: 'up0', ipam }),
    definition('storage', {
      cniVersion: '1.0.0',
      name: 'storage',
      plugins: [{ type, bridge: name, ipam: own }, { type: 'tuning' }],
    }),
    ...Array.from({ length: pods }, (_, index) => nodePod(`pod${index}`, 'lan, storage')),
  )
}

async function soak(agentNode: AgentNode): Promise<{ readonly samples: readonly Sample[]; readonly end: string }> {
  const agents = { current: await agentNode.startAgent() }
  const watching = watchAgent(() => agents.current.process.pid)
  const working = workers(agentNode, { calls, pods, tally })
  const trouble = makeTrouble(agentNode, agents, { progress: working.progress, tally })
  await working.ended
  await trouble.ended()
  const end = await settled(agentNode)
  return { samples: watching.end(), end }
}

/** Waits until the agent has told everything, and gives its own figures. */
async function settled({ health }: AgentNode): Promise<string> {
  for (let looks = 0; looks < 600; looks += 1) {
    const { text } = await health('/metrics')
    if (/^plexus_reports_pending 0$/m.test(text)) return text
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return 'the agent has not told everything after a minute'
}

function takeStock({ node }: AgentNode): readonly string[] {
  const { links, leases, rules, namespaces } = leftovers()
  return [
    ...links.map((link) => `link ${link}`),
    ...leases.map((lease) => `lease ${lease}`),
    ...namespaces.map((namespace) => `namespace ${namespace}`),
    ...(rules === '' ? [] : [`rules ${rules}`]),
    ...node.state().map((file) => `file ${file}`),
  ]
}

function report({ counts }: Tally, samples: readonly Sample[], left: readonly string[], end: string): void {
  for (const [what, count] of [...counts].sort()) console.log(`${String(count).padStart(7)}  ${what}`)
  const kib = samples.map(({ pssKib }) => pssKib).sort((a, b) => a - b)
  const files = samples.map(({ files: open }) => open)
  console.log(`agent memory (PSS): ${mib(kib[0])} to ${mib(kib.at(-1))} MiB, median ${mib(kib[kib.length >> 1])} MiB`)
  console.log(`agent file descriptors: ${Math.min(...files)} to ${Math.max(...files)}`)
  for (const line of end.split('\n')) if (/^plexus_(report|events|follow)\S* /.test(line)) console.log(line)
  console.log(`left: ${left.length === 0 ? 'nothing' : left.length}`)
  for (const trace of left) console.log(`  ${trace}`)
}

function mib(kib: number | undefined): string {
  return ((kib ?? 0) / 1024).toFixed(1)
}

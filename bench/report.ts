import type { AgentMemory } from './agent-memory.ts'
import type { CallFigures } from './calls.ts'
import type { Growth } from './growth.ts'
import type { RequestFigures } from './requests.ts'
import type { measureStartUp } from './start-up.ts'
import type { StormFigures } from './storm.ts'

/** Everything a run found out. */
export type Report = {
  readonly machine: string
  readonly at: string
  readonly calls: readonly CallFigures[]
  readonly storms: readonly StormFigures[]
  readonly startUp: Awaited<ReturnType<typeof measureStartUp>>
  readonly requests: readonly RequestFigures[]
  readonly agentMemory: readonly AgentMemory[]
  readonly growth: readonly Growth[]
}

/** A report as tables of Markdown. */
export function tables({ machine, at, calls, storms, startUp, requests, agentMemory }: Report): string {
  return [
    `${machine}; ${at}.`,
    table(
      ['ADD and DEL of one pod', 'ADD ms', 'p90', '× bare', 'CPU ms', 'DEL ms', 'p90', '× bare', 'CPU ms'],
      calls.map(({ name, add, del }) => [
        name,
        ...[add, del].flatMap(({ ms, cpuMs, ratio }) => [
          ms.median.toFixed(1),
          `${ms.p90.toFixed(1)} (${ratio.p90.toFixed(2)})`,
          ratio.median.toFixed(2),
          cpuMs.median.toFixed(1),
        ]),
      ]),
    ),
    table(
      ['pods at once', '', 's', '× bare', 'slowest s', 'failures', 'memory MiB', 'agent or daemon MiB'],
      storms.map((one) => [
        String(one.pods),
        one.name,
        (one.ms / 1000).toFixed(2),
        one.ratio.toFixed(2),
        (one.slowestMs / 1000).toFixed(2),
        String(one.failures),
        one.memory.toFixed(0),
        one.daemonMemory.toFixed(0),
      ]),
    ),
    table(
      ['start-up (VERSION)', 'ms', 'p90', 'CPU ms'],
      startUp.map(({ program, ms, cpuMs }) => [
        program,
        ms.median.toFixed(1),
        ms.p90.toFixed(1),
        cpuMs.median.toFixed(1),
      ]),
    ),
    table(
      ['requests to the API server for one ADD and DEL', '', 'which'],
      requests.map(({ name, requests: made }) => [name, String(made.length), made.join(', ')]),
    ),
    table(
      ["agent's memory, idle", 'definitions', 'pods', 'MiB'],
      agentMemory.map(({ definitions, pods, mib }) => ['', String(definitions), String(pods), mib.toFixed(0)]),
    ),
  ].join('\n\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

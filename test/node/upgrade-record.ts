import { existsSync, readFileSync } from 'node:fs'
import type { PodLife } from './node-load.ts'

/** The node agent and the executable, as one version of the image has them, put in the place of another's. */
export type Change = {
  readonly from: string
  readonly to: string
  /** When it was asked for, and when the new agent was ready, in milliseconds. */
  readonly began: number
  readonly ended: number
}

/** A line of the executable's log. */
export type LogLine = {
  readonly time: string
  readonly level: string
  readonly msg: string
  readonly verb?: string
  readonly containerId?: string
}

/** The log that {@link LOG_KEYS} has every call written to. */
export const LOG_FILE = '/var/log/plexus.log'
/** Keys of the node configuration. */
export const LOG_KEYS = { logFile: LOG_FILE, logLevel: 'verbose' }

const ENDED = 'call ended'
const ALONE = 'the node agent does not answer; the call goes on without it'

/** Every line of the log. */
export function logged(): readonly LogLine[] {
  if (!existsSync(LOG_FILE)) return []
  return readFileSync(LOG_FILE, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** The containers whose call of this verb succeeded. */
export function succeeded(verb: string): ReadonlySet<string | undefined> {
  return new Set(callsIn(verb, logged()).map(({ containerId }) => containerId))
}

/** The pods that were asked for, or deleted, while a version was changed for another. */
export function meanwhile(lives: readonly PodLife[], what: 'asked' | 'deleted', change: Change): readonly PodLife[] {
  return lives.filter((life) => life[what] >= change.began && life[what] <= change.ended)
}

/** A table of what happened during each change, and in all. */
export function changeTable(changes: readonly Change[], lives: readonly PodLife[]): string {
  const head = ['change', 'took', 'pods started in it', 'pods deleted in it', 'ADDs', 'DELs', 'calls without an agent']
  const rows = changes.map((change) => {
    const lines = logged().filter(({ time }) => Date.parse(time) >= change.began && Date.parse(time) <= change.ended)
    const pods = (['asked', 'deleted'] as const).map((what) => meanwhile(lives, what, change).length)
    const seconds = ((change.ended - change.began) / 1000).toFixed(1)
    return [`${change.from} → ${change.to}`, `${seconds} s`, ...pods, ...callFigures(lines)]
  })
  const all = ['the whole test', '', lives.length, lives.length, ...callFigures(logged())]
  return [head, head.map(() => '---'), ...rows, all].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function callFigures(lines: readonly LogLine[]): readonly number[] {
  const alone = lines.filter(({ msg }) => msg === ALONE)
  return [callsIn('ADD', lines).length, callsIn('DEL', lines).length, alone.length]
}

function callsIn(verb: string, lines: readonly LogLine[]): readonly LogLine[] {
  return lines.filter((line) => line.msg === ENDED && line.verb === verb)
}

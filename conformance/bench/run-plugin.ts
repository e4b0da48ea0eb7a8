import { runProgram } from '../../src/host/index.ts'
import type { RunRecord } from './run-record.ts'

/** A run of a plugin: everything its process gets. */
export type PluginRequest = {
  /** The plugin's name, for the report. */
  readonly plugin: string
  readonly path: string
  /** Arguments of the executable; a plugin has none, what stands in front of one may. */
  readonly args?: readonly string[]
  /** The whole environment; what is undefined is left out. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: string
  readonly isSubject: boolean
}

/** Runs a plugin with exactly what it is given. Never throws. */
export async function runPlugin(request: PluginRequest, timeoutMs: number): Promise<RunRecord> {
  const { plugin, path, args = [], stdin, isSubject } = request
  const env = Object.fromEntries(
    Object.entries(request.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  )
  const outcome = await runProgram({ path, args, env, stdin }, timeoutMs)
  const sent = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('CNI_')))
  return { plugin, verb: sent['CNI_COMMAND'] ?? '', env: sent, stdin, outcome, isSubject }
}

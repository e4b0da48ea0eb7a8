import type { ChainSettings } from '../cni/index.ts'

/** One run of a plugin in an ADD, for those who want to know what took the time. */
export type PluginRunRecord = {
  /** The plugin's type. */
  readonly plugin: string
  /** Milliseconds from the beginning of the ADD. */
  readonly startMs: number
  readonly durationMs: number
}

/** Settings of a chain whose runs are noted, and the runs noted so far. */
export type NotedRuns = { readonly settings: ChainSettings; readonly runs: readonly PluginRunRecord[] }

/** Notes when each plugin of a chain runs, and for how long, by its events. */
export function notingRuns(settings: ChainSettings, elapsedMs: () => number): NotedRuns {
  const runs: PluginRunRecord[] = []
  let startMs = 0
  const observe: NonNullable<ChainSettings['observe']> = (event) => {
    if (event.kind === 'plugin-starts') startMs = elapsedMs()
    if (event.kind === 'plugin-ended') {
      const durationMs = Math.round(event.outcome.durationMs * 10) / 10
      runs.push({ plugin: event.plugin, startMs, durationMs })
    }
    settings.observe?.(event)
  }
  return { settings: { ...settings, observe }, runs }
}

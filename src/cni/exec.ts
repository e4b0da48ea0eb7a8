/** One run of a plugin: everything its process gets. */
export type PluginRun = {
  /** Absolute path of the executable. */
  readonly path: string
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>
  readonly stdin: string
  /** How long the run may take, in milliseconds; then its whole process group is ended, SIGTERM before SIGKILL. */
  readonly timeoutMs: number
}

/** How a run ended. Failure is data here; the chain decides what it means. */
export type PluginOutcome = {
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
  readonly end: PluginEnd
}

/** The end of a plugin's process. */
export type PluginEnd =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'output-too-long'; readonly limitBytes: number }
  | { readonly kind: 'not-started'; readonly reason: string }

/** The port through which plugins are found and run. */
export interface Exec {
  /** The path of the regular file `type` in the first of the folders that has one (libcni `FindInPath`). */
  find(type: string, folders: readonly string[]): string | undefined
  /** Runs a plugin to its end. Never throws; retries an executable that is being replaced (`ETXTBSY`). */
  run(run: PluginRun): Promise<PluginOutcome>
}

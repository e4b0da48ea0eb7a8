/** What a process is started with. */
export type Program = {
  /** The path of an executable, or a name that is looked for on the PATH of `env`. */
  readonly path: string
  readonly args: readonly string[]
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>
  readonly stdin: string
}

/** How a process ended by itself, or was ended. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'signalled'; readonly signal: string }

/** A process that runs, the leader of a session and process group of its own. */
export type StartedProcess = {
  readonly pid: number
  /** Resolves when the process itself has ended; others may still hold its pipes. Never rejects. */
  readonly ended: Promise<ProcessEnd>
  /** Reads both pipes at the same time, from the beginning, and resolves when both are closed. Never rejects. Called once. */
  readonly read: (onStdout: (chunk: Uint8Array) => void, onStderr: (chunk: Uint8Array) => void) => Promise<void>
  /** Reads no further; `read` then resolves. */
  readonly letGo: () => void
}

/** What Node and Bun each have their own way for, and nothing more. */
export interface Processes {
  /**
   * Starts a program; what it leaves unread of its stdin is nobody's error.
   * @throws the system's error, with its errno as `code`, where the program cannot be started.
   */
  start(program: Program): Promise<StartedProcess>
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A program that runs in the background, and may be stopped and started again. */
export type Daemon = {
  /** Starts it, and waits until it is ready. Throws with the end of its log where it is not. */
  readonly start: () => Promise<void>
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
  /** Kills it without waiting, as when this process ends. */
  readonly kill: () => void
  readonly log: () => string
}

/** What a daemon is: its command, the file of its output, and how to know that it is ready. */
export type DaemonOptions = {
  readonly command: readonly [string, ...string[]]
  readonly log: string
  readonly isReady: () => Promise<boolean> | boolean
}

const STEP_MS = 100
const PATIENCE_MS = 60_000

/** A daemon that is not started yet. */
export function daemon({ command, log, isReady }: DaemonOptions): Daemon {
  const [program, ...args] = command
  let child: ChildProcess | undefined
  const text = (): string => readFileSync(log, 'utf8')
  return {
    log: text,
    async start() {
      const output = openSync(log, 'a')
      child = spawn(program, args, { stdio: ['ignore', output, output], env: { PATH: process.env['PATH'] } })
      for (let waited = 0; waited < PATIENCE_MS && child.exitCode === null; waited += STEP_MS) {
        if (await isReady()) return
        await sleep(STEP_MS)
      }
      throw new Error(`${program} does not come up:\n${text().slice(-4000)}`)
    },
    kill: () => child?.kill('SIGKILL'),
    async stop(signal = 'SIGTERM') {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    },
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { CniError, CODE } from '../src/cni/index.ts'
import { runProgram } from '../src/host/index.ts'
import { ISOLATED_SCRIPT } from './generated/isolated-script.ts'
import type { WorkerAnswer, WorkerTask } from './worker-task.ts'

/** A way to do tasks, each on a machine of its own. */
export type Workers = {
  /** Does a task. @throws CniError where it gives no answer. */
  readonly ask: (task: WorkerTask) => Promise<WorkerAnswer>
  /** Gives up what the workers needed. */
  readonly close: () => void
}

/**
 * Workers that are processes, each in mount, network and process namespaces of its own: /run and /var/lib/cni are
 * empty, and what a plugin leaves behind goes with them.
 * @param command The command of a worker: it reads a task from stdin and writes the answer to stdout.
 */
export function isolatedWorkers(command: readonly string[], taskTimeoutMs: number): Workers {
  // Not below /run, which is another one inside.
  const folder = mkdtempSync('/var/tmp/plexus-conformance-')
  const script = `${folder}/isolated.sh`
  writeFileSync(script, ISOLATED_SCRIPT)
  const ask = async (task: WorkerTask): Promise<WorkerAnswer> => {
    const env = { PATH: process.env['PATH'] ?? '', ...(process.env['LANG'] ? { LANG: process.env['LANG'] } : {}) }
    const program = { path: 'sh', args: [script, ...command], env, stdin: JSON.stringify(task) }
    const { stdout, stderr, end } = await runProgram(program, taskTimeoutMs)
    if (end.kind === 'timed-out') return late(taskTimeoutMs)
    if (end.kind === 'exited' && end.status === 0 && stdout !== '') return JSON.parse(stdout) as WorkerAnswer
    const said = stderr.trim() || stdout.trim() || `it ended as ${JSON.stringify(end)}`
    throw new CniError(CODE.ioFailure, `a case could not be run in namespaces of its own: ${said}`)
  }
  return { ask, close: () => rmSync(folder, { recursive: true, force: true }) }
}

function late(ms: number): WorkerAnswer {
  const found = `the case was still at it after ${ms / 1000} s, and was ended with everything it had started`
  return { verdict: { kind: 'failed', findings: [{ found }] }, standing: [], leftRunning: [] }
}

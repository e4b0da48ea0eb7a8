import { existsSync } from 'node:fs'
import type { PluginEnd, PluginOutcome } from '../cni/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'
import { firstBytes, lastBytes, type Output } from './output.ts'
import type { Processes, Program, StartedProcess } from './process.ts'

// SIGTERM gives a plugin this long to undo what it did, before SIGKILL.
const GRACE_MS = 5_000
// A process that has ended has filled its pipes; whoever still holds them open is not waited for longer than this.
const PIPES_MS = 500
const STDOUT_LIMIT = 16 * 1024 * 1024
const STDERR_LIMIT = 64 * 1024
// 6 s in all, as in libcni, whose steps are of one second; most replacements are a rename and over at once.
const BUSY_DELAYS_MS = [50, 150, 400, 900, 1_500, 3_000]

/**
 * Runs a program to its end, in a process group of its own. After `timeoutMs`, or with more than 16 MiB on stdout, the
 * group is ended: SIGTERM, and after 5 s SIGKILL. Of a program that was killed the rest of its group has 5 s to end. The
 * last 64 KiB of stderr are kept. A process left behind that holds the pipes open is neither ended nor waited for. Never
 * throws.
 */
export async function runProcess(processes: Processes, program: Program, timeoutMs: number): Promise<PluginOutcome> {
  const began = performance.now()
  const [stdout, stderr] = [firstBytes(STDOUT_LIMIT), lastBytes(STDERR_LIMIT)]
  const end = await runInto(stdout, stderr, processes, program, timeoutMs)
  return { stdout: stdout.text(), stderr: stderr.text(), durationMs: performance.now() - began, end }
}

async function runInto(
  stdout: Output,
  stderr: Output,
  processes: Processes,
  program: Program,
  timeoutMs: number,
): Promise<PluginEnd> {
  try {
    const started = await startPatiently(processes, program)
    return await supervise(started, stdout, stderr, timeoutMs)
  } catch (fault) {
    return { kind: 'not-started', reason: startFault(fault, program.path) }
  }
}

// https://github.com/containernetworking/cni/issues/763: an executable that is being replaced cannot be started.
async function startPatiently(processes: Processes, program: Program): Promise<StartedProcess> {
  for (const delayMs of BUSY_DELAYS_MS) {
    try {
      return await processes.start(program)
    } catch (fault) {
      if (errnoOf(fault) !== 'ETXTBSY') throw fault
      await new Promise((resolve) => setTimeout(resolve, delayMs))
    }
  }
  return processes.start(program)
}

async function supervise(
  started: StartedProcess,
  stdout: Output,
  stderr: Output,
  timeoutMs: number,
): Promise<PluginEnd> {
  let stopped: { readonly why: PluginEnd; readonly killAt: number } | undefined
  let killing: NodeJS.Timeout | undefined
  const stop = (why: PluginEnd): void => {
    if (stopped) return
    stopped = { why, killAt: performance.now() + GRACE_MS }
    signalGroup(started.pid, 'SIGTERM')
    killing = setTimeout(signalGroup, GRACE_MS, started.pid, 'SIGKILL')
  }
  const timing = setTimeout(stop, timeoutMs, { kind: 'timed-out' })
  const drained = started.read(
    (chunk) => {
      if (!stdout.add(chunk)) stop({ kind: 'output-too-long', limitBytes: STDOUT_LIMIT })
    },
    (chunk) => stderr.add(chunk),
  )
  const end = await started.ended
  clearTimeout(timing)
  await settledWithin(drained, PIPES_MS)
  started.letGo()
  clearTimeout(killing)
  // One that was killed has left those it had started at work: they end before anybody undoes what they do.
  if (!stopped && end.kind !== 'signalled') return end
  await endRest(started.pid, stopped?.killAt ?? performance.now() + GRACE_MS)
  return stopped?.why ?? end
}

async function settledWithin(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([promise, late])
  clearTimeout(timer)
}

// The leader took the SIGTERM; those it started have as long as it had.
async function endRest(pid: number, killAt: number): Promise<void> {
  while (performance.now() < killAt && signalGroup(pid, 0)) await new Promise((resolve) => setTimeout(resolve, 20))
  signalGroup(pid, 'SIGKILL')
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}

function startFault(fault: unknown, path: string): string {
  const words = errnoInWords(fault)
  return errnoOf(fault) === 'ENOENT' && existsSync(path) ? `${words} (the interpreter of its first line?)` : words
}

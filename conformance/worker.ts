import { readdirSync, readFileSync } from 'node:fs'
import { asCniError } from '../src/cni/index.ts'
import { readStdin, writeStdout } from '../src/host/index.ts'
import { makeBench } from './bench/bench.ts'
import { makeFixtures } from './bench/fixtures.ts'
import { standingFindings } from './bench/standing.ts'
import type { Case, Verdict } from './case.ts'
import { CASES } from './cases/index.ts'
import type { Column } from './column.ts'
import { NotRun } from './not-run.ts'
import type { Subject } from './subject.ts'
import type { WorkerAnswer, WorkerTask } from './worker-task.ts'

/** Reads a task from standard input, runs its case, and writes the answer. The machine is the worker's own. */
export async function work(): Promise<void> {
  const { id, column, subject } = JSON.parse(readStdin()) as WorkerTask
  const found = CASES.find((one) => one.id === id)
  if (found === undefined) throw new Error(`there is no case ${id}`)
  writeStdout(JSON.stringify(await judge(found, column, subject)))
}

async function judge(one: Case, column: Column, subject: Subject): Promise<WorkerAnswer> {
  const bench = makeBench(subject, column)
  const verdict = await verdictOf(async () => {
    makeFixtures(subject)
    return one.run(bench)
  })
  return { verdict, standing: standingFindings(bench.runs), leftRunning: leftRunning() }
}

async function verdictOf(run: () => ReturnType<Case['run']>): Promise<Verdict> {
  try {
    const findings = await run()
    return findings.length === 0 ? { kind: 'passed' } : { kind: 'failed', findings }
  } catch (fault) {
    if (fault instanceof NotRun) return { kind: 'notRun', reason: fault.message }
    return { kind: 'notRun', reason: `the case itself failed: ${asCniError(fault).msg}` }
  }
}

// The namespace of processes is this worker's own: a shell that is its first process, and the worker itself.
function leftRunning(): readonly string[] {
  const others = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && name !== '1' && Number(name) !== process.pid,
  )
  return others.flatMap((pid) => commandLine(pid))
}

function commandLine(pid: string): readonly string[] {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .filter((word) => word !== '')
    return words.length === 0 ? [] : [words.join(' ')]
  } catch {
    // It has ended in between.
    return []
  }
}

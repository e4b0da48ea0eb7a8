import { type JsonObject, parseJson } from '../../src/cni/index.ts'
import type { Finding } from '../case.ts'
import { endInWords, printedObject, type RunRecord, succeeded } from './run-record.ts'

/** The cases whose sentence is about every run there is. */
export const STANDING_CASES = ['ERR-01', 'ERR-02', 'ERR-04'] as const

/** A finding, and the case it belongs to. */
export type StandingFinding = Finding & { readonly id: (typeof STANDING_CASES)[number] }

/** What deviates in runs from what every run has to keep: how it fails, that it does not crash, what it prints. */
export function standingFindings(runs: readonly RunRecord[]): readonly StandingFinding[] {
  return runs.filter(({ isSubject }) => isSubject).flatMap((run) => [...crash(run), ...failure(run), ...noise(run)])
}

// Go ends a panic with status 2, a shell a signal with more than 128.
function crash(run: RunRecord): readonly StandingFinding[] {
  const { end, stdout, stderr } = run.outcome
  const panicked =
    end.kind === 'exited' &&
    end.status !== 0 &&
    stdout.trim() === '' &&
    /panic|goroutine|Traceback|core dumped/.test(stderr)
  const ended = end.kind === 'signalled' || (end.kind === 'exited' && end.status > 128)
  return panicked || ended ? [{ id: 'ERR-02', found: `${run.verb} crashed: ${endInWords(run)}`, run }] : []
}

function failure(run: RunRecord): readonly StandingFinding[] {
  if (succeeded(run) || crash(run).length > 0) return []
  if (run.outcome.end.kind !== 'exited') return [{ id: 'ERR-01', found: `${run.verb} ${endInWords(run)}`, run }]
  const error = printedObject(run)
  const faults = error === undefined ? [shapeOf(run)] : errorFaults(error)
  return faults.map((fault) => ({ id: 'ERR-01', found: `${run.verb} failed, and ${fault}`, run }))
}

function shapeOf({ outcome: { stdout } }: RunRecord): string {
  return stdout.trim() === '' ? 'printed no error object' : 'what it printed is not one JSON object'
}

function errorFaults({ code, msg, details }: JsonObject): readonly string[] {
  return [
    ...(Number.isInteger(code) && Number(code) >= 0 ? [] : [`its code is ${JSON.stringify(code)}, not a whole number`]),
    ...(typeof msg === 'string' && msg !== '' ? [] : [`its msg is ${JSON.stringify(msg)}, not a text`]),
    ...(details === undefined || typeof details === 'string' ? [] : ['its details are no text']),
  ]
}

// What an ADD or a VERSION prints is judged by RES-01 and VER-01.
const SILENT = ['DEL', 'CHECK', 'STATUS', 'GC']

function noise(run: RunRecord): readonly StandingFinding[] {
  const { stdout } = run.outcome
  if (!succeeded(run) || stdout.trim() === '') return []
  if (SILENT.includes(run.verb)) return [{ id: 'ERR-04', found: `${run.verb} succeeded and printed on stdout`, run }]
  return ['ADD', 'VERSION'].includes(run.verb) && !isJson(stdout)
    ? [{ id: 'ERR-04', found: `${run.verb} printed something beside its object`, run }]
    : []
}

function isJson(text: string): boolean {
  try {
    parseJson(text, 'stdout')
    return true
  } catch {
    return false
  }
}

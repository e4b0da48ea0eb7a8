import type { Finding } from '../case.ts'
import { endInWords, printedObject, type RunRecord, saidOf, succeeded } from './run-record.ts'
import { difference, differenceLines, isSame, type Snapshot } from './snapshot.ts'

/** Nothing, where a run succeeded; else a finding that says what it was and what it said. */
export function succeeds(run: RunRecord, what: string): readonly Finding[] {
  return succeeded(run) ? [] : [{ found: `${what} failed: ${saidOf(run)}`, run }]
}

/** Nothing, where a run failed as a plugin should: by itself, with an error object; else a finding. */
export function fails(run: RunRecord, what: string): readonly Finding[] {
  if (succeeded(run)) return [{ found: `${what} succeeded`, run }]
  return run.outcome.end.kind === 'exited' && printedObject(run)?.['code'] !== undefined
    ? []
    : [{ found: `${what} did not end in an error object: ${endInWords(run)}`, run }]
}

/** Nothing, where a run failed with one of the codes; else a finding. */
export function failsWith(run: RunRecord, codes: readonly number[], what: string): readonly Finding[] {
  const failed = fails(run, what)
  if (failed.length > 0) return failed
  const code = printedObject(run)?.['code']
  if (codes.includes(Number(code))) return []
  return [{ found: `${what} failed with code ${String(code)} instead of ${codes.join(' or ')}`, run }]
}

/** Nothing, where two snapshots hold the same; else a finding with what came and what went. */
export function unchanged(before: Snapshot, after: Snapshot, found: string, run?: RunRecord): readonly Finding[] {
  const changed = difference(before, after)
  return isSame(changed) ? [] : [{ found, ...(run ? { run } : {}), held: differenceLines(changed) }]
}

/** Nothing, where the second snapshot holds nothing new; else a finding with what came. */
export function nothingCame(before: Snapshot, after: Snapshot, found: string, run?: RunRecord): readonly Finding[] {
  const { came } = difference(before, after)
  return came.length === 0 ? [] : [{ found, ...(run ? { run } : {}), held: differenceLines({ came, went: [] }) }]
}

/** A finding for each text of a list that says what is wrong in a result. */
export function findings(found: readonly string[], run?: RunRecord): readonly Finding[] {
  return found.map((one) => ({ found: one, ...(run ? { run } : {}) }))
}

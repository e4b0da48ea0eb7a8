import type { ConformanceRun, Outcome } from './run.ts'

/** How an outcome counts: `noted` is a deviation from what no specification says, `waived` one its vendor stands by. */
export type Standing = 'passed' | 'failed' | 'waived' | 'noted' | 'notRun'

/** How many outcomes count as what. */
export type Tally = Readonly<Record<Standing, number>>

/** How an outcome counts. */
export function standingOf({ verdict, waiver, case: { sentence } }: Outcome): Standing {
  if (verdict.kind !== 'failed') return verdict.kind
  if (waiver !== undefined) return 'waived'
  return sentence.level === 'NOTE' ? 'noted' : 'failed'
}

/** Counts the outcomes of a run. */
export function tally(outcomes: readonly Outcome[]): Tally {
  const counts = { passed: 0, failed: 0, waived: 0, noted: 0, notRun: 0 }
  for (const outcome of outcomes) counts[standingOf(outcome)] += 1
  return counts
}

/** Whether a plugin holds: no MUST and no SHOULD is broken that is not waived. */
export function isConformant({ outcomes }: ConformanceRun): boolean {
  return outcomes.every((outcome) => standingOf(outcome) !== 'failed')
}

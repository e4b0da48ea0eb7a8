import { columnName } from '../column.ts'
import type { ConformanceRun, Outcome } from '../run.ts'
import { standingOf } from '../tally.ts'
import { evidenceLines } from './evidence.ts'

/** A run as TAP version 14: waived and noted deviations are TODO, what could not be run is SKIP. */
export function tapReport({ outcomes }: ConformanceRun): string {
  const lines = outcomes.flatMap((outcome, at) => [testLine(outcome, at + 1), ...diagnostics(outcome)])
  return `${['TAP version 14', `1..${outcomes.length}`, ...lines].join('\n')}\n`
}

function testLine(outcome: Outcome, number: number): string {
  const { case: one, column, verdict, waiver } = outcome
  const name = escaped(`${one.id} ${one.title} (${columnName(column)})`)
  switch (standingOf(outcome)) {
    case 'passed':
      return `ok ${number} - ${name}`
    case 'notRun':
      return `ok ${number} - ${name} # SKIP ${verdict.kind === 'notRun' ? escaped(verdict.reason) : ''}`
    case 'waived':
      return `not ok ${number} - ${name} # TODO ${escaped(waiver?.reason ?? '')}`
    case 'noted':
      return `not ok ${number} - ${name} # TODO no specification says so`
    case 'failed':
      return `not ok ${number} - ${name}`
  }
}

function diagnostics({ case: { sentence }, verdict }: Outcome): readonly string[] {
  if (verdict.kind !== 'failed') return []
  const text = [`${sentence.level} (${sentence.document}, ${sentence.section}): ${sentence.says}`]
  const lines = [...text, ...verdict.findings.flatMap(evidenceLines)]
  return ['  ---', ...lines.map((line, at) => `  ${at + 1}: ${JSON.stringify(line)}`), '  ...']
}

// A description ends at a hash, and a reason at the end of its line.
function escaped(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('#', '\\#')
}

import { type Column, columnName } from '../column.ts'
import type { ConformanceRun, Outcome } from '../run.ts'
import { standingOf } from '../tally.ts'
import { evidenceLines } from './evidence.ts'
import { xmlText } from './text.ts'

/** A run as JUnit XML, a suite a column; waived and noted deviations, and what could not be run, are skipped. */
export function junitReport({ subject, columns, outcomes }: ConformanceRun): string {
  const suites = columns.map((column) =>
    suite(
      subject.type,
      column,
      outcomes.filter((one) => one.column === column || isSame(one.column, column)),
    ),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="CNI conformance of ${xmlText(subject.type)}">\n${suites.join('')}</testsuites>\n`
}

function isSame(a: Column, b: Column): boolean {
  return a.version === b.version && a.placement === b.placement
}

function suite(type: string, column: Column, outcomes: readonly Outcome[]): string {
  const failures = outcomes.filter((one) => standingOf(one) === 'failed').length
  const skipped = outcomes.filter((one) => ['notRun', 'waived', 'noted'].includes(standingOf(one))).length
  const head = `name="${xmlText(columnName(column))}" tests="${outcomes.length}" failures="${failures}" skipped="${skipped}"`
  return `  <testsuite ${head}>\n${outcomes.map((one) => testCase(type, one)).join('')}  </testsuite>\n`
}

function testCase(type: string, outcome: Outcome): string {
  const { case: one, column, durationMs } = outcome
  const head = `classname="${xmlText(`${type}.${columnName(column)}.${one.id.slice(0, 3)}`)}" name="${xmlText(`${one.id} ${one.title}`)}" time="${(durationMs / 1000).toFixed(3)}"`
  const inner = resultOf(outcome)
  return inner === '' ? `    <testcase ${head}/>\n` : `    <testcase ${head}>\n${inner}    </testcase>\n`
}

function resultOf(outcome: Outcome): string {
  const { verdict, waiver, case: one } = outcome
  if (verdict.kind === 'passed') return ''
  if (verdict.kind === 'notRun') return `      <skipped message="${xmlText(verdict.reason)}"/>\n`
  const { level, document, section, says } = one.sentence
  const text = [`${level} (${document}, ${section}): ${says}`, ...verdict.findings.flatMap(evidenceLines)].join('\n')
  const said = verdict.findings[0]?.found ?? ''
  if (standingOf(outcome) === 'failed')
    return `      <failure type="${level}" message="${xmlText(said)}">${xmlText(text)}</failure>\n`
  const reason = waiver ? `waived: ${waiver.reason}` : `noted: ${said}`
  return `      <skipped message="${xmlText(reason)}"/>\n      <system-out>${xmlText(text)}</system-out>\n`
}

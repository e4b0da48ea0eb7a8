import { endInWords, type RunRecord } from '../bench/run-record.ts'
import type { Finding } from '../case.ts'
import { columnName } from '../column.ts'
import type { ConformanceEvent, ConformanceRun, Outcome } from '../run.ts'
import { isConformant, type Standing, standingOf, tally } from '../tally.ts'
import { clipped, type Palette, paint, wrapped } from './text.ts'

/** Shows a run as it goes; each line is one that stays, `status` one that the next one replaces. */
export type Progress = { readonly line: (text: string) => void; readonly status: (text: string) => void }

const WIDTH = 80

/** Tells of a run as it goes: a line for each case that did not pass, and a count of all. */
export function terminalProgress({ line, status }: Progress, palette: Palette): (event: ConformanceEvent) => void {
  let [total, ended] = [0, 0]
  return (event) => {
    if (event.kind === 'planned') {
      total = event.total
      const { type, path, kind } = event.subject
      line(`${type} (${kind} plugin, ${path})`)
      line(`${total} cases × versions: ${event.columns.map(columnName).join('; ')}`.slice(0, WIDTH * 4))
      return
    }
    ended += 1
    const { outcome } = event
    if (standingOf(outcome) === 'failed') line(headline(outcome, palette))
    status(`${ended} of ${total}  ${outcome.case.id} ${columnName(outcome.column)}`.slice(0, WIDTH - 1))
  }
}

/** A run in words: every deviation with its evidence, what could not be run and why, and the count. */
export function terminalReport(run: ConformanceRun, palette: Palette, verbose = false): string {
  const deviating = run.outcomes.filter((outcome) => ['failed', 'waived', 'noted'].includes(standingOf(outcome)))
  const counts = tally(run.outcomes)
  const lines = [
    ...grouped(deviating).flatMap((same) => ['', ...deviation(same, palette, verbose)]),
    '',
    ...notRunLines(run.outcomes, palette),
    `${counts.passed} passed, ${counts.failed} failed, ${counts.waived} waived, ${counts.noted} noted, ${counts.notRun} not run`,
    isConformant(run)
      ? paint(palette, 'good', `${run.subject.type} conforms.`)
      : paint(palette, 'bad', `${run.subject.type} does not conform.`),
  ]
  return lines.join('\n')
}

function headline({ case: { id, title, sentence }, column }: Outcome, palette: Palette): string {
  const text = `${id}  ${clipped(title, WIDTH - 32)}  ${sentence.level}, ${columnName(column)}`
  return `${paint(palette, 'bad', '✘')} ${clipped(text, WIDTH - 2)}`
}

// A deviation that shows in several columns in the same way is told once.
function grouped(outcomes: readonly Outcome[]): readonly (readonly [Outcome, ...Outcome[]])[] {
  const groups = new Map<string, [Outcome, ...Outcome[]]>()
  for (const outcome of outcomes) {
    const key = `${outcome.case.id} ${standingOf(outcome)}`
    const group = groups.get(key)
    if (group) group.push(outcome)
    else groups.set(key, [outcome])
  }
  return [...groups.values()]
}

const SAID: Readonly<Record<Standing, string>> = {
  passed: 'passed',
  failed: 'FAILED',
  waived: 'waived',
  noted: 'noted',
  notRun: 'not run',
}

function deviation(same: readonly [Outcome, ...Outcome[]], palette: Palette, verbose: boolean): readonly string[] {
  const [first] = same
  const { id, title, sentence } = first.case
  const standing = standingOf(first)
  return [
    paint(palette, standing === 'failed' ? 'bad' : 'dim', `${SAID[standing]} ${id}  ${title}`),
    ...wrapped(`${sentence.level} (${sentence.document}, ${sentence.section}): ${sentence.says}`, WIDTH, 2),
    ...wrapped(`in ${same.map(({ column }) => columnName(column)).join('; ')}`, WIDTH, 2),
    ...(first.waiver ? wrapped(`waived: ${first.waiver.reason}`, WIDTH, 2) : []),
    ...findingsOf(first, verbose).flatMap((finding) => findingLines(finding, palette, verbose)),
    ...moreFindings(first, verbose),
  ]
}

// What a terminal has room for; the rest is in the other reports.
const FINDINGS_SHOWN = 3

function findingsOf({ verdict }: Outcome, verbose: boolean): readonly Finding[] {
  const all = verdict.kind === 'failed' ? verdict.findings : []
  return verbose ? all : all.slice(0, FINDINGS_SHOWN)
}

function moreFindings(outcome: Outcome, verbose: boolean): readonly string[] {
  const more = findingsOf(outcome, true).length - findingsOf(outcome, verbose).length
  return more > 0 ? [`    … and ${more} more; --verbose shows them`] : []
}

function findingLines({ found, run, held }: Finding, palette: Palette, verbose: boolean): readonly string[] {
  const shown = verbose ? (held ?? []) : (held ?? []).slice(0, 12)
  const more = (held?.length ?? 0) - shown.length
  return [
    ...wrapped(`→ ${clipped(found, verbose ? 4_000 : 240)}`, WIDTH, 4),
    ...(run ? runLines(run, verbose).map((line) => paint(palette, 'dim', line)) : []),
    ...shown.map((line) => paint(palette, 'dim', `      ${clipped(line, verbose ? 400 : WIDTH - 6)}`)),
    ...(more > 0 ? [`      … and ${more} more`] : []),
  ]
}

function runLines(run: RunRecord, verbose: boolean): readonly string[] {
  const width = verbose ? 4_000 : WIDTH - 14
  const env = Object.entries(run.env)
    .filter(([name]) => name !== 'CNI_PATH' || verbose)
    .map(([name, value]) => `${name}=${clipped(value, width)}`)
  const { stdout, stderr } = run.outcome
  return [
    ...wrapped(`sent:  ${env.join(' ')}`, WIDTH, 6),
    `      stdin: ${clipped(run.stdin || '(nothing)', width)}`,
    `      back:  ${endInWords(run)}`,
    ...(stdout.trim() === '' ? [] : [`      out:   ${clipped(oneLine(stdout), width)}`]),
    ...(stderr.trim() === '' ? [] : [`      err:   ${clipped(oneLine(stderr), width)}`]),
  ]
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ')
}

function notRunLines(outcomes: readonly Outcome[], palette: Palette): readonly string[] {
  const reasons = new Map<string, Set<string>>()
  for (const { verdict, case: one } of outcomes) {
    if (verdict.kind !== 'notRun') continue
    reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? new Set()).add(one.id))
  }
  if (reasons.size === 0) return []
  const lines = [...reasons].flatMap(([reason, ids]) => wrapped(`${[...ids].join(' ')}: ${reason}`, WIDTH, 2))
  return [paint(palette, 'dim', 'Not run:'), ...lines.map((line) => paint(palette, 'dim', line)), '']
}

import type { Case } from '../conformance/case.ts'
import { PLACEMENTS, type Placement } from '../conformance/column.ts'
import type { ConformanceRun, Outcome } from '../conformance/run.ts'
import { standingOf, tally } from '../conformance/tally.ts'
import type { Defect } from '../test/conformance/mutants/call.ts'

/** A run of the suite on a reference plugin, and what the plugin is called in the tables. */
export type ReferenceRun = { readonly name: string; readonly run: ConformanceRun }

/** The table of every sentence and the case that tests it, by document and section. */
export function caseTable(cases: readonly Case[]): string {
  const sections = [...new Set(cases.map(({ sentence }) => `${sentence.document}, ${sentence.section}`))]
  return sections
    .map((section) => {
      const own = cases.filter(({ sentence }) => `${sentence.document}, ${sentence.section}` === section)
      const rows = own.map(({ id, title, sentence, kinds, since, until }) => {
        const versions = since || until ? `${since ?? '0.1.0'} – ${until ?? '1.1.0'}` : 'all'
        return `| ${id} | ${sentence.level} | ${cell(title)} | ${kinds.join(', ')} | ${versions} |`
      })
      return `### ${section}\n\n| case | level | what holds | kinds | versions |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n\n`
    })
    .join('')
}

/** The table of the mutants, and the cases that have to catch each. */
export function mutantTable(defects: Readonly<Record<string, Defect>>): string {
  const rows = Object.entries(defects).map(([name, { of, caughtBy }]) =>
    row(name.replaceAll('-', ' '), of, caughtBy.join(', ')),
  )
  return `\n| mutant | made of | caught by |\n| --- | --- | --- |\n${rows.join('')}\n`
}

/** The row of how many cases a reference plugin passed. */
export function summaryRow({ name, run }: ReferenceRun): string {
  const { passed, failed, noted, notRun } = tally(run.outcomes)
  const versions = new Set(run.outcomes.map(({ column }) => column.version)).size
  const cases = idsOf(run.outcomes.filter((one) => standingOf(one) === 'failed')).length
  return row(name, versions, passed, failed, noted, notRun, cases)
}

/** The row of how many cases a reference plugin passed at each place in a chain, and those it fails nowhere else. */
export function chainRow({ name, run: { outcomes } }: ReferenceRun): string {
  const at = (placement: Placement): readonly Outcome[] =>
    outcomes.filter(({ column }) => column.placement === placement)
  const failedAlone = idsOf(at('direct').filter(hasFailed))
  const own = idsOf(outcomes.filter(hasFailed)).filter((id) => !failedAlone.includes(id))
  const cells = PLACEMENTS.filter((placement) => placement !== 'direct').map((placement) => {
    const { passed, failed, noted, notRun } = tally(at(placement))
    return `${passed} / ${failed + noted} / ${notRun}`
  })
  return row(name, ...cells, own.join(', ') || 'none')
}

/** What a reference plugin deviates in, each with its sentence and what was found; below its name. */
export function deviations({ name, run }: ReferenceRun): string {
  const failed = run.outcomes.filter(hasFailed)
  if (failed.length === 0) return `${name}\n\nNo deviation.\n`
  const rows = idsOf(failed).map((id) => {
    const same = failed.filter((one) => one.case.id === id)
    const [first] = same as [Outcome]
    const { sentence } = first.case
    const where = same.length > 1 ? ` (in ${same.map(({ column }) => column.version).join(', ')})` : ''
    const says = `${cell(sentence.says)} *${sentence.document}, ${sentence.section}*`
    return row(id, sentence.level, says, `${cell(foundIn(first))}${where}`)
  })
  return `${name}\n\n| case | level | the sentence | what was found |\n| --- | --- | --- | --- |\n${rows.join('')}`
}

function hasFailed({ verdict }: Outcome): boolean {
  return verdict.kind === 'failed'
}

function idsOf(outcomes: readonly Outcome[]): readonly string[] {
  return [...new Set(outcomes.map((outcome) => outcome.case.id))]
}

function row(...cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |\n`
}

function foundIn({ verdict }: Outcome): string {
  if (verdict.kind !== 'failed') return ''
  const [first, ...others] = verdict.findings
  const held = first?.held?.[0] === undefined ? '' : `: \`${first.held[0].slice(0, 90)}\``
  return `${(first?.found ?? '').slice(0, 220)}${held}${others.length > 0 ? `; and ${others.length} more` : ''}`
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')
}

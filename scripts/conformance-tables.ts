import type { Case } from '../conformance/case.ts'
import type { ConformanceRun, Outcome } from '../conformance/run.ts'
import { standingOf, tally } from '../conformance/tally.ts'

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

/** The table of how many cases each reference plugin passed. */
export function summaryTable(runs: readonly ReferenceRun[]): string {
  const rows = runs.map(({ name, run }) => {
    const { passed, failed, noted, notRun } = tally(run.outcomes)
    const cases = new Set(run.outcomes.filter((one) => standingOf(one) === 'failed').map((one) => one.case.id))
    return `| ${name} | ${run.columns.filter(({ placement }) => placement === 'direct').length} | ${passed} | ${failed} | ${noted} | ${notRun} | ${cases.size} |`
  })
  return `| plugin | versions | passed | failed | noted | not run | cases that fail |\n| --- | --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`
}

/** What a reference plugin deviates in, each with its sentence and what was found. */
export function deviations({ name, run }: ReferenceRun): string {
  const failed = run.outcomes.filter((one) => ['failed', 'noted'].includes(standingOf(one)))
  const ids = [...new Set(failed.map((one) => one.case.id))]
  if (ids.length === 0) return `## ${name}\n\nNo deviation.\n`
  const rows = ids.map((id) => {
    const same = failed.filter((one) => one.case.id === id)
    const { sentence } = (same[0] as Outcome).case
    const where =
      same.length > 1
        ? ` (in ${same.map(({ column }) => (column.placement === 'direct' ? column.version : column.placement)).join(', ')})`
        : ''
    return `| ${id} | ${sentence.level} | ${cell(sentence.says)} *${sentence.document}, ${sentence.section}* | ${cell(foundIn(same[0] as Outcome))}${where} |`
  })
  return `## ${name}\n\n| case | level | the sentence | what was found |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
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

import { type Column, columnName } from '../column.ts'
import type { ConformanceRun, Outcome } from '../run.ts'
import { isConformant, type Standing, standingOf, tally } from '../tally.ts'
import { GROUPS } from './groups.ts'
import { deviationSection } from './html-deviation.ts'
import { HTML_STYLE } from './html-style.ts'
import { xmlText } from './text.ts'

/** A run as one HTML page that needs nothing beside it: the verdict, a matrix of cases and columns, the deviations. */
export function htmlReport(run: ConformanceRun): string {
  const { subject } = run
  const title = `CNI conformance of ${subject.type}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${xmlText(title)}</title>
<style>${HTML_STYLE}</style>
</head>
<body>
${header(run)}
<main>
${matrix(run)}
${deviations(run)}
${notRun(run)}
</main>
<footer>Made by <code>plexus conformance</code> on ${xmlText(run.startedAt.slice(0, 10))}, Linux ${xmlText(run.kernel)}, in ${Math.round(run.durationMs / 1000)} s. Every case ran in network, mount and process namespaces of its own.</footer>
</body>
</html>
`
}

function header(run: ConformanceRun): string {
  const { subject, supportedVersions, outcomes } = run
  const holds = isConformant(run)
  const counts = tally(outcomes)
  const figures = (
    [
      ['passed', counts.passed],
      ['failed', counts.failed],
      ['waived', counts.waived],
      ['noted', counts.noted],
      ['not run', counts.notRun],
    ] as const
  )
    .map(([name, count]) => `<div class="figure ${name.replace(' ', '-')}"><b>${count}</b><span>${name}</span></div>`)
    .join('')
  return `<header>
<p class="kicker">Container Network Interface · conformance report</p>
<h1>${xmlText(subject.type)} <span class="verdict ${holds ? 'good' : 'bad'}">${holds ? 'conforms' : 'does not conform'}</span></h1>
<p class="about">A ${subject.kind} plugin that claims CNI ${supportedVersions.map(xmlText).join(', ')}, run by itself in each version and at every place in a chain of Plexus.</p>
<div class="figures">${figures}</div>
</header>`
}

const MARKS: Readonly<Record<Standing, string>> = { passed: '✓', failed: '✕', waived: '~', noted: 'i', notRun: '–' }
const WORDS: Readonly<Record<Standing, string>> = {
  passed: 'passed',
  failed: 'failed',
  waived: 'failed, and waived',
  noted: 'deviates from what no specification says',
  notRun: 'not run',
}

function matrix({ outcomes, columns }: ConformanceRun): string {
  const direct = columns.filter(({ placement }) => placement === 'direct')
  const placed = columns.filter(({ placement }) => placement !== 'direct')
  const heads = columns
    .map(
      (column) =>
        `<th scope="col"><span>${column.placement === 'direct' ? column.version : column.placement}</span></th>`,
    )
    .join('')
  const bands = `<tr class="bands"><th></th><th colspan="${direct.length}">by itself, CNI version</th>${placed.length > 0 ? `<th colspan="${placed.length}">in a chain of Plexus, ${placed[0]?.version}</th>` : ''}</tr>`
  const groups = GROUPS.map(({ id, title }) => {
    const own = outcomes.filter((outcome) => outcome.case.id.startsWith(id))
    if (own.length === 0) return ''
    const cases = [...new Map(own.map((outcome) => [outcome.case.id, outcome.case])).values()]
    const rows = cases.map((one) => row(one, own, columns)).join('')
    return `<tbody><tr class="group"><th colspan="${columns.length + 1}">${xmlText(title)}</th></tr>${rows}</tbody>`
  }).join('')
  const legend = (Object.keys(MARKS) as Standing[])
    .map((one) => `<span class="cell ${one}">${MARKS[one]}</span> ${WORDS[one]}`)
    .join(' &nbsp; ')
  return `<h2>The cases</h2><p class="legend">${legend} &nbsp; <span class="cell"></span> not for this column</p>
<div class="scroll"><table class="matrix"><thead>${bands}<tr><th></th>${heads}</tr></thead>${groups}</table></div>`
}

function row(one: Outcome['case'], own: readonly Outcome[], columns: readonly Column[]): string {
  const cells = columns
    .map((column) => {
      const outcome = own.find(
        (other) =>
          other.case.id === one.id &&
          other.column.version === column.version &&
          other.column.placement === column.placement,
      )
      if (outcome === undefined) return '<td></td>'
      const standing = standingOf(outcome)
      const mark = `<span class="cell ${standing}" title="${xmlText(`${one.id} in ${columnName(column)}: ${WORDS[standing]}`)}">${MARKS[standing]}</span>`
      const isDeviation = ['failed', 'waived', 'noted'].includes(standing)
      return `<td>${isDeviation ? `<a href="#${one.id}">${mark}</a>` : mark}</td>`
    })
    .join('')
  const level = `<span class="level ${one.sentence.level.toLowerCase()}">${one.sentence.level}</span>`
  return `<tr><th scope="row"><div class="case"><code>${one.id}</code>${level}<span>${xmlText(one.title)}</span></div></th>${cells}</tr>`
}

function deviations({ outcomes }: ConformanceRun): string {
  const groups = outcomesByCase(outcomes)
  if (groups.length === 0) return '<h2>Deviations</h2><p>None.</p>'
  return `<h2>Deviations</h2>${groups.map(deviationSection).join('')}`
}

function outcomesByCase(outcomes: readonly Outcome[]): readonly (readonly [Outcome, ...Outcome[]])[] {
  const groups = new Map<string, [Outcome, ...Outcome[]]>()
  for (const outcome of outcomes) {
    if (outcome.verdict.kind !== 'failed') continue
    const group = groups.get(outcome.case.id)
    if (group) group.push(outcome)
    else groups.set(outcome.case.id, [outcome])
  }
  return [...groups.values()]
}

function notRun({ outcomes }: ConformanceRun): string {
  const reasons = new Map<string, Set<string>>()
  for (const {
    verdict,
    case: { id },
  } of outcomes)
    if (verdict.kind === 'notRun') reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? new Set()).add(id))
  if (reasons.size === 0) return ''
  const rows = [...reasons].map(
    ([reason, ids]) => `<tr><td><code>${[...ids].join(' ')}</code></td><td>${xmlText(reason)}</td></tr>`,
  )
  return `<h2>Not run</h2><table class="reasons">${rows.join('')}</table>`
}

import { endInWords, type RunRecord } from '../bench/run-record.ts'
import type { Finding } from '../case.ts'
import { columnName } from '../column.ts'
import type { Outcome } from '../run.ts'
import { standingOf } from '../tally.ts'
import { xmlText } from './text.ts'

/** A deviation with its sentence and its evidence, for every column it showed in. */
export function deviationSection(same: readonly [Outcome, ...Outcome[]]): string {
  const [first] = same
  const { id, title, sentence } = first.case
  const findings = first.verdict.kind === 'failed' ? first.verdict.findings : []
  const standing = standingOf(first)
  const waived = first.waiver ? `<p class="waiver">Waived: ${xmlText(first.waiver.reason)}</p>` : ''
  return `<section id="${id}" class="deviation ${standing}">
<h3><code>${id}</code> ${xmlText(title)}</h3>
<blockquote>${xmlText(sentence.says)}<cite><span class="level ${sentence.level.toLowerCase()}">${sentence.level}</span> ${xmlText(sentence.document)}, ${xmlText(sentence.section)}</cite></blockquote>
<p class="columns">in ${same.map(({ column }) => xmlText(columnName(column))).join(' · ')}</p>${waived}
${findings.map(findingBlock).join('')}
</section>`
}

function findingBlock({ found, run, held }: Finding): string {
  const evidence = [
    ...(run ? runRows(run) : []),
    ...(held?.length ? [row('the namespaces held', held.map(heldLine).join('\n'))] : []),
  ]
  const table =
    evidence.length === 0 ? '' : `<details><summary>Evidence</summary><table>${evidence.join('')}</table></details>`
  return `<div class="finding"><p>${xmlText(found)}</p>${table}</div>`
}

function runRows(run: RunRecord): readonly string[] {
  const { stdout, stderr } = run.outcome
  const env = Object.entries(run.env).map(([name, value]) => `${name}=${value}`)
  return [
    row('sent', xmlText(env.join('\n'))),
    row('on stdin', xmlText(indented(run.stdin) || '(nothing)')),
    row('came back', xmlText(endInWords(run))),
    ...(stdout.trim() === '' ? [] : [row('on stdout', xmlText(stdout.trim()))]),
    ...(stderr.trim() === '' ? [] : [row('on stderr', xmlText(stderr.trim()))]),
  ]
}

function row(name: string, content: string): string {
  return `<tr><th>${name}</th><td><pre>${content}</pre></td></tr>`
}

function heldLine(line: string): string {
  const kind = line.startsWith('+') ? 'came' : line.startsWith('-') ? 'went' : ''
  return kind === '' ? xmlText(line) : `<span class="${kind}">${xmlText(line)}</span>`
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

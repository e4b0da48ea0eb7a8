import type { ConformanceRun, Outcome } from '../conformance/run.ts'
import { chainRow, deviations, type ReferenceRun, summaryRow } from './conformance-tables.ts'

/** What the page of the reference plugins says of one: its rows in the two tables, and its deviations. */
type Entry = { readonly alone?: string; readonly chain?: string; readonly deviations?: string }

/** The page of the reference plugins: what is written by hand, and what runs of the suite came to. */
export type Page = { readonly introduction: string; readonly entries: Readonly<Record<string, Entry>> }

const MARK = '<!-- made by scripts/conformance-reference.ts -->\n'
const ALONE = `## By themselves

| plugin | versions | passed | failed | noted | not run | cases that fail |
| --- | --- | --- | --- | --- | --- | --- |
`
const CHAIN = `## In a chain of Plexus

Passed / failed / not run of the cases that use a plugin as a runtime does, in the newest version it speaks, at each place.

| plugin | alone | first | middle | last | second | fails here, and not by itself |
| --- | --- | --- | --- | --- | --- | --- |
`

/** Reads a page that {@link writtenPage} has written. */
export function readPage(text: string): Page {
  const [introduction = '', made = ''] = text.split(MARK)
  const [tables = '', ...sections] = made.split(/^## (?!By themselves|In a chain)/m)
  const [alone = '', chain = ''] = tables.split(CHAIN)
  const names = new Set([...rowsOf(alone), ...rowsOf(chain)].map(nameOf))
  const entryOf = (name: string): Entry => ({
    ...keyed('alone', rowsOf(alone).find(isOf(name))),
    ...keyed('chain', rowsOf(chain).find(isOf(name))),
    ...keyed(
      'deviations',
      sections.find((section) => section.startsWith(`${name}\n`)),
    ),
  })
  return { introduction, entries: Object.fromEntries([...names].map((name) => [name, entryOf(name)])) }
}

/** A page with what a run came to in place of what it said of that plugin and that way to run it. */
export function withRun({ introduction, entries }: Page, { name, run }: ReferenceRun): Page {
  const isAlone = ({ column }: Outcome): boolean => column.placement === 'direct'
  const part = (counts: (outcome: Outcome) => boolean): ConformanceRun => ({
    ...run,
    outcomes: run.outcomes.filter(counts),
  })
  const alone = part(isAlone)
  const entry: Entry = {
    ...entries[name],
    alone: summaryRow({ name, run: alone }),
    deviations: deviations({ name, run: alone }),
    ...(run.outcomes.every(isAlone) ? {} : { chain: chainRow({ name, run }) }),
  }
  return { introduction, entries: { ...entries, [name]: entry } }
}

/** The text of a page, its plugins in the order of their names. */
export function writtenPage({ introduction, entries }: Page, names: readonly string[]): string {
  const told = names.flatMap((name) => entries[name] ?? [])
  const rows = (part: 'alone' | 'chain'): string => told.map((entry) => entry[part] ?? '').join('')
  const sections = told.map((entry) => `## ${(entry.deviations ?? '').trimEnd()}\n`)
  return [`${introduction}${MARK}`, `${ALONE}${rows('alone')}`, `${CHAIN}${rows('chain')}`, ...sections].join('\n')
}

function rowsOf(table: string): readonly string[] {
  return table
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (plugin|---)/.test(line))
    .map((line) => `${line}\n`)
}

function nameOf(row: string): string {
  return row.split(' | ')[0]?.slice('| '.length) ?? ''
}

function isOf(name: string): (row: string) => boolean {
  return (row) => nameOf(row) === name
}

function keyed<K extends keyof Entry>(key: K, text: string | undefined): Entry {
  return text === undefined ? {} : { [key]: text }
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

// tsx scripts/rows-without-test.ts [--require A,C1-C11,D4a]
//
// Prints the rows of docs/rows.md that no test names. A test names a row where its title begins with the row's id, or
// with several: 'A3, D12: …'. The exit status is 1 when a title names an unknown row, or a required row has no test;
// what is required is given as ids, ranges of ids in the order of docs/rows.md, and letters of whole sections.

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: options } = parseArgs({ options: { require: { type: 'string' } } })

const rows = idsIn(readFileSync(join(root, 'docs/rows.md'), 'utf8'))
const named = new Set(testSources().flatMap(rowsNamed))
const missing = rows.filter((row) => !named.has(row))
const unknown = [...named].filter((row) => !rows.includes(row))
const required = options.require === undefined ? [] : options.require.split(',').flatMap(rowsMeant)
const owed = missing.filter((row) => required.includes(row))

console.log(`${rows.length - missing.length} of ${rows.length} rows have a test.${rest(missing)}`)
if (unknown.length > 0) console.error(`Titles of tests name rows that are not in docs/rows.md: ${unknown.join(', ')}`)
if (owed.length > 0) console.error(`Rows that must have a test and have none: ${owed.join(', ')}`)
process.exitCode = unknown.length + owed.length > 0 ? 1 : 0

function idsIn(table: string): readonly string[] {
  return [...table.matchAll(/^\| ([A-Z]\S*) +\|/gm)].map(([, id = '']) => id)
}

function testSources(): readonly string[] {
  const names = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => readFileSync(join(root, 'test', name), 'utf8'))
}

function rowsNamed(source: string): readonly string[] {
  const id = String.raw`[A-Z](?:\d+[a-z]?|-\w+)`
  // Not where the line is a comment.
  const title = new RegExp(String.raw`^(?!\s*(?://|\*)).*?\b(?:test|\w+Test)\(\s*['"\x60](${id}(?:, ${id})*): `, 'gm')
  return [...source.matchAll(title)].flatMap(([, ids = '']) => ids.split(', '))
}

function rowsMeant(words: string): readonly string[] {
  if (rows.includes(words)) return [words]
  if (/^[A-Z]$/.test(words)) return rows.filter((row) => row.startsWith(words))
  const [first = '', last = ''] = words.split('-')
  const [from, to] = [rows.indexOf(first), rows.indexOf(last)]
  if (from < 0 || to < from) throw new Error(`--require: '${words}' is no row, range or section of docs/rows.md`)
  return rows.slice(from, to + 1)
}

function rest(without: readonly string[]): string {
  return without.length === 0 ? '' : ` Without one: ${without.join(', ')}`
}

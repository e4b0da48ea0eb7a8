import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CASES } from '../conformance/cases/index.ts'
import { DEFECTS } from '../test/conformance/mutants/defects.ts'
import { caseTable, mutantTable } from './conformance-tables.ts'

// tsx scripts/conformance-docs.ts [--check]
//
// Writes the tables of cases and of mutants into docs/conformance.md, each between its two marks. With --check nothing is
// written, and the exit status is 1 where a table is not that of the sources.

const path = fileURLToPath(new URL('../docs/conformance.md', import.meta.url))
const written = readFileSync(path, 'utf8')
const wanted = between(between(written, 'mutants', mutantTable(DEFECTS)), 'cases', caseTable(CASES))

if (process.argv.includes('--check')) process.exitCode = wanted === written ? 0 : 1
else writeFileSync(path, wanted)

function between(text: string, mark: string, table: string): string {
  const [before = '', rest = ''] = text.split(`<!-- ${mark} -->\n`)
  const [, after = ''] = rest.split(`<!-- end of ${mark} -->\n`)
  return `${before}<!-- ${mark} -->\n${table}<!-- end of ${mark} -->\n${after}`
}

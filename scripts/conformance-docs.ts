import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CASES } from '../conformance/cases/index.ts'
import { caseTable } from './conformance-tables.ts'

// tsx scripts/conformance-docs.ts [--check]
//
// Writes the table of cases into docs/conformance.md, between its two marks. With --check nothing is written, and the
// exit status is 1 where the table is not that of the cases.

const path = fileURLToPath(new URL('../docs/conformance.md', import.meta.url))
const written = readFileSync(path, 'utf8')
const [before = '', rest = ''] = written.split('<!-- cases -->\n')
const [, after = ''] = rest.split('<!-- end of cases -->\n')
const wanted = `${before}<!-- cases -->\n${caseTable(CASES)}<!-- end of cases -->\n${after}`

if (process.argv.includes('--check')) process.exitCode = wanted === written ? 0 : 1
else writeFileSync(path, wanted)

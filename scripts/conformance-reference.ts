import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { REFERENCE_PLUGINS } from '../test/conformance/reference-plugins.ts'
import { runReference } from '../test/conformance/suite.ts'
import { deviations, type ReferenceRun, summaryTable } from './conformance-tables.ts'

// tsx scripts/conformance-reference.ts [NAME…]
//
// Runs the suite on Debian's reference plugins, in every version they speak, and writes what came of it into
// docs/conformance-reference-plugins.md, below its introduction. Takes a quarter of an hour.

const names = process.argv.slice(2)
const path = fileURLToPath(new URL('../docs/conformance-reference-plugins.md', import.meta.url))
const runs: ReferenceRun[] = []

for (const plugin of REFERENCE_PLUGINS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const { run, stderr } = runReference(plugin, '--no-chain')
  if (run === undefined) throw new Error(`${plugin.name}: ${stderr}`)
  console.log(`${plugin.name}: ${run.outcomes.length} cases in ${Math.round(run.durationMs / 1000)} s`)
  runs.push({ name: plugin.name, run })
}
const [introduction = ''] = readFileSync(path, 'utf8').split('<!-- made by scripts/conformance-reference.ts -->\n')
const sections = [summaryTable(runs), ...runs.map(deviations)]
writeFileSync(path, `${introduction}<!-- made by scripts/conformance-reference.ts -->\n\n${sections.join('\n')}`)

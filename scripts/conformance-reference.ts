import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { REFERENCE_PLUGINS } from '../test/conformance/reference-plugins.ts'
import { runReference } from '../test/conformance/suite.ts'
import { readPage, withRun, writtenPage } from './conformance-page.ts'

// tsx scripts/conformance-reference.ts [NAME…]
//
// Runs the suite on Debian's reference plugins, or on those that are named: in every version they speak, then at every
// place in a chain of Plexus. What came of it is written into docs/conformance-reference-plugins.md after each of them.
// Takes an hour, a third of it in the user-mode kernel, where a case takes seconds and so the chain is left out.

const names = process.argv.slice(2)
const path = fileURLToPath(new URL('../docs/conformance-reference-plugins.md', import.meta.url))
const order = REFERENCE_PLUGINS.map(({ name }) => name)

for (const plugin of REFERENCE_PLUGINS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const { name, kernel } = plugin
  const { run, stderr } = runReference(plugin, ...(kernel === undefined ? [] : ['--no-chain']))
  if (run === undefined) throw new Error(`${name}: ${stderr}`)
  console.log(`${name}: ${run.outcomes.length} cases in ${Math.round(run.durationMs / 1000)} s`)
  writeFileSync(path, writtenPage(withRun(readPage(readFileSync(path, 'utf8')), { name, run }), order))
}

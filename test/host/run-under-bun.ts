import { readFileSync } from 'node:fs'
import type { PluginRun } from '../../src/cni/index.ts'
import { hostExec } from '../../src/host/index.ts'

// Runs the plugin run on stdin and prints its outcome, both as JSON.
const outcome = await hostExec().run(JSON.parse(readFileSync(0, 'utf8')) as PluginRun)
await Bun.write(Bun.stdout, JSON.stringify({ ...outcome, runtime: process.versions.bun }))
process.exit()

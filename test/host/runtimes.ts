import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { PluginOutcome, PluginRun } from '../../src/cni/index.ts'
import { hostExec } from '../../src/host/index.ts'

type Run = (run: PluginRun) => Promise<PluginOutcome>

const bun = fileURLToPath(new URL('../../node_modules/.bin/bun', import.meta.url))
const underBun = fileURLToPath(new URL('run-under-bun.ts', import.meta.url))

/** The same port in both runtimes; what is true of one is tested of the other. */
export const runtimes: readonly (readonly [name: string, run: Run])[] = [
  ['Node', (run) => hostExec().run(run)],
  [
    'Bun',
    (run) =>
      new Promise((resolve, reject) => {
        const options = { maxBuffer: 64 * 1024 * 1024 }
        const child = execFile(bun, [underBun], options, (fault, stdout) => {
          if (fault) reject(fault)
          else resolve(JSON.parse(stdout) as PluginOutcome)
        })
        child.stdin?.end(JSON.stringify(run))
      }),
  ],
]

/** The path of a fixture program. */
export function plugin(name: string): string {
  return fileURLToPath(new URL(`../plugins/${name}`, import.meta.url))
}

import { CniError, CODE } from '../src/cni/index.ts'
import { runPlugin } from './bench/run-plugin.ts'
import { endInWords, printedObject, saidOf, succeeded } from './bench/run-record.ts'
import type { Subject } from './subject.ts'

/**
 * The versions a plugin's VERSION lists.
 * @throws CniError that says how it went where it lists none: without that nothing can be run.
 */
export async function supportedVersions({ type, path, timeoutMs }: Subject): Promise<readonly string[]> {
  const env = { PATH: process.env['PATH'], CNI_COMMAND: 'VERSION' }
  const run = await runPlugin({ plugin: type, path, env, stdin: '{"cniVersion":"1.1.0"}', isSubject: true }, timeoutMs)
  const versions = printedObject(run)?.['supportedVersions']
  if (succeeded(run) && Array.isArray(versions) && versions.length > 0) return versions.map(String)
  const said = succeeded(run) ? `it printed ${JSON.stringify(run.outcome.stdout.slice(0, 200))}` : saidOf(run)
  const stderr = run.outcome.stderr.trim()
  throw new CniError(CODE.delegateFailed, `${path}: does not answer VERSION, so that nothing can be run: ${said}`, {
    details: stderr === '' || saidOf(run) !== endInWords(run) ? undefined : stderr,
  })
}

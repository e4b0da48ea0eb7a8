import { CniError, CODE, lastLines } from '../cni/index.ts'
import { hostProcesses } from './exec.ts'
import { runProcess } from './process-run.ts'

const TIMEOUT_MS = 10_000
const USUAL_PATH = '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin'

/**
 * What iproute2's `ip` prints in a network namespace.
 * @throws CniError 116 with what it said where it fails, or where it or util-linux' `nsenter` cannot be run.
 */
export async function ip(netns: string, args: readonly string[], stdin = ''): Promise<string> {
  const program = {
    path: 'nsenter',
    args: [`--net=${netns}`, 'ip', ...args],
    env: { PATH: process.env['PATH'] || USUAL_PATH, LC_ALL: 'C' },
    stdin,
  }
  const { stdout, stderr, end } = await runProcess(hostProcesses(), program, TIMEOUT_MS)
  if (end.kind === 'exited' && end.status === 0) return stdout
  const why = end.kind === 'not-started' ? `nsenter: ${end.reason}` : lastLines(stderr) || endInWords(end.kind)
  throw new CniError(CODE.defaultRoute, `ip ${args.join(' ')} in ${netns}: ${why.replaceAll('\n', '; ')}`)
}

function endInWords(kind: string): string {
  return kind === 'timed-out' ? `did not end within ${TIMEOUT_MS / 1000} s` : `failed (${kind})`
}

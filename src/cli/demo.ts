import { CniError, CODE } from '../cni/index.ts'
import { runCommand } from '../host/index.ts'
import { note } from './print.ts'
import { ownCommand, runUnder } from './run-under.ts'

/** How a demo is to be shown: as text, or as one JSON object. */
export type DemoOutput = 'text' | 'json'

// Asked of the kernel itself, in a network namespace that is gone with the question.
const HAS_IPVLAN = 'ip link add up0 type veth peer name up1 && ip link add link up0 name probe type ipvlan mode l2'

const NEEDED = { ip: 'iproute2', unshare: 'util-linux', nsenter: 'util-linux', ping: 'iputils-ping' } as const

/**
 * Runs the demo on a machine of its own: in namespaces of this kernel, or, where it lacks ipvlan, under the
 * user-mode kernel. Nothing outside is touched.
 * @returns the exit status: 0 when every network was there and nothing was left.
 * @throws CniError with what is missing and how to install it.
 */
export function demo(output: DemoOutput): number {
  if (process.getuid?.() !== 0)
    throw new CniError(CODE.ioFailure, 'plexus demo makes network namespaces: run it as root')
  for (const [command, packageName] of Object.entries(NEEDED)) requireCommand(command, packageName)
  const script = runCommand('unshare', ['--net', 'sh', '-c', HAS_IPVLAN]).status === 0 ? 'isolated.sh' : 'uml-run.sh'
  if (script === 'uml-run.sh') {
    requireCommand('linux.uml', 'user-mode-linux')
    requireCommand('modprobe', 'kmod')
    note('This kernel has no ipvlan; the demo runs in a user-mode Linux kernel that has.')
  }
  return runUnder(script, [...ownCommand(), 'demo', '--inside', '--output', output])
}

function requireCommand(command: string, packageName: string): void {
  if (runCommand('sh', ['-c', `command -v ${command}`]).status === 0) return
  throw new CniError(CODE.delegateMissing, `plexus demo needs ${command} (Debian: apt-get install ${packageName})`)
}

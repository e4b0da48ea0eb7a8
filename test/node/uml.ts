import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export type UmlRun = { readonly status: number; readonly stdout: string; readonly stderr: string }

export type UmlOptions = {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds for boot, command and power-off together; 60 000 unless given. */
  readonly timeoutMs?: number
}

const script = fileURLToPath(new URL('../../scripts/uml-run.sh', import.meta.url))

/**
 * Runs a command under a kernel that has ipvlan, dummy, vlan, vrf and bonding, as scripts/uml-run.sh tells.
 * Files handed to it must not be below /run or /var/lib/cni. Throws when the time is over or the kernel does not come up.
 */
export async function runInUml(command: readonly string[], options: UmlOptions = {}): Promise<UmlRun> {
  const timeoutMs = options.timeoutMs ?? 60_000
  const env = { ...process.env, ...options.env }
  const child = spawn('sh', [script, ...command], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (status) => resolve(child.killed ? null : status))
  })
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  if (status === null)
    throw new Error(`not done in the user-mode kernel after ${timeoutMs} ms; so far: ${stdout}${stderr}`)
  if (status === 125) throw new Error(stderr)
  return { status, stdout, stderr }
}

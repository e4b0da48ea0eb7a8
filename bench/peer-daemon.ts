import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { eventually } from '../test/agent/agent-node.ts'
import type { Places } from './contender.ts'

/** A program of a peer that runs beside its calls. */
export type Daemon = { readonly process: ChildProcess; readonly end: () => void }

/**
 * Starts the command of `PEER_DAEMON`, in a shell, with the places of {@link Places} as variables, and waits for the
 * socket that `PEER_DAEMON_SOCKET` names; none where no such command is given.
 */
export async function startPeerDaemon(places: Places): Promise<Daemon | undefined> {
  const { PEER_DAEMON: command, PEER_DAEMON_SOCKET: socket } = process.env
  if (!command) return undefined
  // It takes the shell's place, so that its memory is that of this process.
  const child = spawn('sh', ['-c', `exec ${command}`], { env: { ...process.env, ...places }, stdio: ['ignore', 2, 2] })
  if (socket) await eventually(() => existsSync(socket))
  return { process: child, end: () => child.kill('SIGKILL') }
}

import { spawnSync } from 'node:child_process'
import { CniError, CODE } from '../cni/index.ts'
import { errnoInWords } from './errno.ts'

/** A command of this machine that has ended. */
export type CommandEnd = { readonly status: number; readonly stdout: string; readonly stderr: string }

/**
 * Runs a command of the command line's own (never a plugin) to its end.
 * @throws CniError 103 where it cannot be started.
 */
export function runCommand(command: string, args: readonly string[], stdin = ''): CommandEnd {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input: stdin, encoding: 'utf8' })
  if (error) throw notStarted(command, error)
  return { status: status ?? 1, stdout, stderr }
}

/**
 * Runs a command with this process' own standard output and error, and gives its exit status.
 * @throws CniError 103 where it cannot be started.
 */
export function passToCommand(command: string, args: readonly string[]): number {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (error) throw notStarted(command, error)
  return status ?? 1
}

function notStarted(command: string, error: Error): CniError {
  return new CniError(CODE.delegateMissing, `${command}: could not be started: ${errnoInWords(error)}`, {
    cause: error,
  })
}

import { CniError, CODE } from '../../src/cni/index.ts'
import { type CommandEnd, runCommand } from '../../src/host/index.ts'

/** Where a command looks: the host's network namespace, or a sandbox's by name. */
export type Where = 'host' | { readonly sandbox: string }

/** An object of `ip -json`. */
export type IpObject = Readonly<Record<string, unknown>>

/** What `ip -json` lists. @throws CniError 5 with its message where it fails. */
export function ipList(where: Where, ...args: readonly string[]): readonly IpObject[] {
  const printed = ip(where, '-json', '-details', ...args).trim()
  if (printed === '') return []
  return (JSON.parse(printed) as readonly IpObject[]).filter((entry) => Object.keys(entry).length > 0)
}

/** Runs `ip`, and gives what it prints. @throws CniError 5 with its message where it fails. */
export function ip(where: Where, ...args: readonly string[]): string {
  const { status, stdout, stderr } = tryIp(where, ...args)
  if (status === 0) return stdout
  throw new CniError(CODE.ioFailure, `ip ${args.join(' ')}: ${stderr.trim()}`)
}

/** Runs `ip`, and gives how it ended. */
export function tryIp(where: Where, ...args: readonly string[]): CommandEnd {
  return runCommand('ip', where === 'host' ? args : ['-netns', where.sandbox, ...args])
}

/** Runs `tc -json`, and gives what it lists; nothing where this kernel has none of it. */
export function tcList(where: Where, ...args: readonly string[]): readonly IpObject[] {
  const { status, stdout } = runCommand('tc', [
    ...(where === 'host' ? [] : ['-netns', where.sandbox]),
    '-json',
    ...args,
  ])
  if (status !== 0 || stdout.trim() === '') return []
  return JSON.parse(stdout) as readonly IpObject[]
}

/** Runs a command in a network namespace, and gives how it ended. */
export function runWhere(where: Where, command: string, args: readonly string[], stdin = ''): CommandEnd {
  if (where === 'host') return runCommand(command, args, stdin)
  return runCommand('nsenter', [`--net=/run/netns/${where.sandbox}`, command, ...args], stdin)
}

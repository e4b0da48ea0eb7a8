import { readFileSync } from 'node:fs'
import { type CallOptions, type Ended, PLEXUS, type TestNode } from './plexus.ts'

/** A step of a call: the nth system call of a name that its main thread makes, and in words where the call stands before it. */
export type Step = { readonly syscall: string; readonly nth: number; readonly where: string }

/** A call that was watched: how it ended, and the steps it made, in order. */
export type Watched = { readonly ended: Ended; readonly steps: readonly Step[] }

/*
 * What a call does to the node, its main thread does: it makes folders, links, files and processes, and it prints. So
 * the state of the node changes at these system calls and, while a delegate runs, by that delegate; `pidfd_open` is the
 * first thing after a delegate was started, `wait4` the first after it ended. To be killed at the entry of each of
 * them, before it takes effect, is to be killed before and after each side effect. The one thread that does anything
 * else waits for the disk (fdatasync), which changes nothing that a killed process leaves.
 */
const STEPS = ['mkdir', 'symlink', 'write', 'rename', 'unlink', 'vfork', 'pidfd_open', 'wait4', 'exit_group']
// Says which plugin is about to be started: it writes the configuration to the plugin's stdin.
const TOLD = 'pwrite64'

/** Makes a call and watches its steps. */
export async function watchCall(node: TestNode, verb: string, options: CallOptions = {}): Promise<Watched> {
  return callUnderStrace(node, verb, options, [])
}

/**
 * Makes a call that is killed by SIGKILL at the entry of a step: what the step does is not done.
 * Throws where the call did not end there.
 */
export async function killCallAt(node: TestNode, verb: string, step: Step, options: CallOptions = {}): Promise<void> {
  const inject = `inject=${step.syscall}:signal=SIGKILL:when=${step.nth}`
  const { ended, steps } = await callUnderStrace(node, verb, options, ['-e', inject])
  const last = steps.at(-1)
  if (ended.status === null && last?.where === step.where) return
  throw new Error(`${verb} was to be killed ${step.where}, and got ${last?.where}, status ${ended.status}`)
}

/** Makes a call, one step of which fails with an errno and is not done, and says how it ended. */
export async function failCallAt(
  node: TestNode,
  verb: string,
  { syscall, nth }: Step,
  errno: string,
  options: CallOptions = {},
): Promise<Ended> {
  const inject = `inject=${syscall}:error=${errno}:when=${nth}`
  return (await callUnderStrace(node, verb, options, ['-e', inject])).ended
}

async function callUnderStrace(
  node: TestNode,
  verb: string,
  options: CallOptions,
  injection: readonly string[],
): Promise<Watched> {
  const log = `${node.folder}/strace`
  const tracing = ['-qq', '-s', '65536', '-o', log, '-e', 'signal=none', '-e', `trace=${[...STEPS, TOLD]}`]
  const ended = await node.call(verb, { ...options, command: ['strace', ...tracing, ...injection, PLEXUS] })
  return { ended, steps: stepsOf(readFileSync(log, 'utf8')) }
}

function stepsOf(log: string): readonly Step[] {
  const counts = new Map<string, number>()
  let plugin: string | undefined
  const steps: Step[] = []
  for (const line of log.split('\n')) {
    const [, syscall = '', rest = ''] = /^(\w+)\((.*)$/.exec(line) ?? []
    if (syscall === TOLD) plugin = pluginOf(rest)
    if (!STEPS.includes(syscall)) continue
    const nth = (counts.get(syscall) ?? 0) + 1
    counts.set(syscall, nth)
    steps.push({ syscall, nth, where: whereOf(syscall, rest, plugin ?? 'ip') })
    if (syscall === 'wait4') plugin = undefined
  }
  return steps
}

function pluginOf(written: string): string | undefined {
  const keyOf = (name: string): string | undefined =>
    new RegExp(`\\\\"${name}\\\\":\\\\"([^"\\\\]+)`).exec(written)?.[1]
  const [network, type] = [keyOf('name'), keyOf('type')]
  return type === undefined ? undefined : `${type} of ${network}`
}

function whereOf(syscall: string, rest: string, plugin: string): string {
  const what = thing(rest)
  switch (syscall) {
    case 'mkdir':
      return `before ${what} is made`
    case 'symlink':
      return 'before the lock is taken'
    case 'write':
      return rest.startsWith('1,') ? 'before the result is printed' : 'before the new text of the journal is written'
    case 'rename':
      return 'before the new text takes the place of the old'
    case 'unlink':
      return `before ${what} is removed`
    case 'vfork':
      return `before ${plugin} is started`
    case 'pidfd_open':
      return `when ${plugin} has just been started`
    case 'wait4':
      return `when ${plugin} has ended`
    default:
      return 'before it ends'
  }
}

function thing(rest: string): string {
  if (/\/boot-/.test(rest)) return 'the marker of this boot'
  if (/\.lock"/.test(rest)) return 'the lock'
  if (!rest.includes('/plexus')) return "a file of Multus'"
  if (/\.tmp"/.test(rest)) return 'the temporary file'
  return /\.json"/.test(rest) ? 'the journal' : 'a folder'
}

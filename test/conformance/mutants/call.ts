import { spawnSync } from 'node:child_process'

/** A JSON object that is about to be changed. */
export type Config = Record<string, unknown>

/** How a mutant is called, its configuration read; undefined where stdin holds none. */
export type Call = {
  readonly verb: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly config: Config | undefined
  readonly stdin: string
}

/** How a plugin answers. */
export type Answer = { readonly status: number; readonly stdout: string; readonly stderr: string }

/** Runs the real plugin, with what is to be different from the call. */
export type Real = (call: Call) => Answer

/** A deliberately broken plugin: one defect over a real plugin. */
export type Defect = {
  /** The real plugin it is wrapped around. */
  readonly of: Base
  /** The cases that have to catch it. */
  readonly caughtBy: readonly string[]
  /** Other cases that may see it as well, for what it breaks is part of what they are about; ids or patterns. */
  readonly alsoSeenBy?: readonly string[]
  /** What it does instead of the real plugin. */
  readonly answer: (call: Call, real: Real) => Answer
}

/** What a mutant is made of: see {@link BASES}. */
export type Base = 'bridge' | 'ptp' | 'tuning' | 'portmap' | 'host-local' | 'modern'

/** Success, with nothing to say. */
export const SILENCE: Answer = { status: 0, stdout: '', stderr: '' }

/** Failure, with an error object. */
export function failure(code: number, msg: string): Answer {
  return { status: 1, stdout: JSON.stringify({ code, msg }), stderr: '' }
}

/** Success, with an object. */
export function success(object: object): Answer {
  return { status: 0, stdout: JSON.stringify(object), stderr: '' }
}

/** A call with another configuration. */
export function withConfig(call: Call, change: (config: Config) => Config): Call {
  if (call.config === undefined) return call
  const config = change(structuredClone(call.config))
  return { ...call, config, stdin: JSON.stringify(config) }
}

/** A call with other variables. */
export function withEnv(call: Call, env: Readonly<Record<string, string | undefined>>): Call {
  return { ...call, env: { ...call.env, ...env } }
}

/** An answer with another object, where it was one of success. */
export function withResult(answer: Answer, change: (result: Config) => Config): Answer {
  return answer.status === 0 && answer.stdout !== ''
    ? { ...answer, stdout: JSON.stringify(change(JSON.parse(answer.stdout))) }
    : answer
}

/** An answer with another error, where it was one of failure. */
export function withError(answer: Answer, change: (error: Config) => Config): Answer {
  return answer.status !== 0 && answer.stdout !== ''
    ? { ...answer, stdout: JSON.stringify(change(JSON.parse(answer.stdout))) }
    : answer
}

/** Runs an executable as a plugin. */
export function runPath(path: string, call: Call): Answer {
  const { status, stdout, stderr } = spawnSync(path, {
    input: call.stdin,
    env: call.env as NodeJS.ProcessEnv,
    encoding: 'utf8',
  })
  return { status: status ?? 1, stdout, stderr }
}

/** Runs a command of the machine; what comes of it does not matter. */
export function command(program: string, ...args: readonly string[]): void {
  spawnSync(program, args)
}

/** Whether a command of the machine succeeds. */
export function succeeds(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args).status === 0
}

/** What a command of the machine prints. */
export function printed(program: string, ...args: readonly string[]): string {
  return spawnSync(program, args, { encoding: 'utf8' }).stdout
}

/** The name of the sandbox of a call. */
export function sandboxOf({ env }: Call): string {
  return (env['CNI_NETNS'] ?? '').split('/').at(-1) ?? ''
}

/** Whether a call hands over the result of the plugin before. */
export function hasPrevious({ config }: Call): boolean {
  return config?.['prevResult'] !== undefined
}

/** Whether what a call sends has a text in it. */
export function has({ stdin }: Call, text: string): boolean {
  return stdin.includes(text)
}

/** The objects of a list of a result; none where it has no such list. */
export function lists(result: Config, key: string): Config[] {
  return (result[key] ?? []) as Config[]
}

/** A defect of one verb; the others are the real plugin's. */
export function ofVerb(verb: string, answer: Defect['answer']): Defect['answer'] {
  return (call, real) => (call.verb === verb ? answer(call, real) : real(call))
}

/** A defect of what ADD says. */
export function afterAdd(change: (result: Config) => Config): Defect['answer'] {
  return (call, real) => (call.verb === 'ADD' ? withResult(real(call), change) : real(call))
}

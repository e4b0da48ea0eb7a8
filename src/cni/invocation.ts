import type { ValidAttachment } from './chain.ts'
import { CniError, CODE } from './error.ts'
import { isValidAttachments } from './generated/validators.js'
import { type ContainerId, containerId, type InterfaceName, interfaceName } from './identifiers.ts'
import { type JsonObject, parseJsonObject } from './json.ts'
import { accepted, problemsOf } from './problem.ts'
import { isVerb, VERBS, type Verb } from './verb.ts'
import { type CniVersion, knownVersion, requireVerb } from './version.ts'

/** What a runtime executes a plugin with: its environment, and what it sends to standard input. */
export type Call = { readonly env: Readonly<Record<string, string | undefined>>; readonly stdin: () => string }

/** What every verb but VERSION comes with. */
type Configured = {
  /** The configuration as the runtime sent it, every key kept. */
  readonly config: JsonObject
  readonly cniVersion: CniVersion
  /** The folders of `CNI_PATH`. */
  readonly path: readonly string[]
}

/** What the verbs about one container come with. */
type OfContainer = Configured & {
  readonly containerId: ContainerId
  readonly ifName: InterfaceName
  /** The sandbox's network namespace; empty at DEL where it is gone. */
  readonly netns: string
  readonly cniArgs: string
}

/** One call of a CNI plugin, read and valid. */
export type Invocation =
  | ({ readonly verb: 'ADD' } & OfContainer)
  | ({ readonly verb: 'DEL' } & OfContainer)
  | ({ readonly verb: 'CHECK' } & OfContainer)
  | ({ readonly verb: 'STATUS' } & Configured)
  | ({ readonly verb: 'GC'; readonly valid: readonly ValidAttachment[] } & Configured)
  | { readonly verb: 'VERSION' }

/** The invocations of some verbs. */
export type InvocationOf<V extends Verb> = Extract<Invocation, { readonly verb: V }>

const CONFIG_ORIGIN = 'the configuration on stdin'

/** The longest configuration that is read, in bytes; the API server takes no object longer than a third of it. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024

// SPEC 1.1.0, section 2 "CNI operations", each verb's required environment parameters.
const REQUIRED = {
  ADD: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  DEL: ['CNI_CONTAINERID', 'CNI_IFNAME'],
  CHECK: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  STATUS: [],
  GC: ['CNI_PATH'],
  VERSION: [],
} as const satisfies Record<Verb, readonly string[]>

/**
 * Reads a call: the environment first, then the configuration. Nothing is run before this returns.
 * @throws CniError 4 for the environment, 6 for undecodable input, 1 for a version or a verb it does not know.
 */
export function readInvocation(call: Call): Invocation {
  const verb = readVerb(call.env['CNI_COMMAND'])
  requireVariables(verb, call.env)
  switch (verb) {
    case 'VERSION':
      return { verb }
    case 'STATUS':
      return { verb, ...readConfig(call, verb) }
    case 'GC': {
      const configured = readConfig(call, verb)
      return { verb, ...configured, valid: validAttachments(configured.config) }
    }
    default:
      return { verb, ...readContainer(call), ...readConfig(call, verb) }
  }
}

function readVerb(command: string | undefined): Verb {
  if (command !== undefined && isVerb(command)) return command
  if (!command) throw new CniError(CODE.invalidEnvironment, 'required env variables [CNI_COMMAND] missing')
  throw new CniError(CODE.invalidEnvironment, `unknown CNI_COMMAND: ${command}; expected one of ${VERBS.join(', ')}`)
}

function requireVariables(verb: Verb, env: Call['env']): void {
  const missing = REQUIRED[verb].filter((name) => !env[name])
  if (missing.length === 0) return
  throw new CniError(CODE.invalidEnvironment, `required env variables [${missing.join(',')}] missing for ${verb}`)
}

function readContainer({ env }: Call): Omit<OfContainer, keyof Configured> {
  return {
    containerId: containerId(env['CNI_CONTAINERID'] ?? ''),
    ifName: interfaceName(env['CNI_IFNAME'] ?? '', 'CNI_IFNAME'),
    netns: env['CNI_NETNS'] ?? '',
    cniArgs: env['CNI_ARGS'] ?? '',
  }
}

function readConfig(call: Call, verb: Verb): Configured {
  const text = call.stdin()
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_CONFIG_BYTES) {
    const sizes = `${bytes} bytes; at most ${MAX_CONFIG_BYTES} are read`
    throw new CniError(CODE.decodingFailure, `${CONFIG_ORIGIN} is ${sizes}`)
  }
  const config = parseJsonObject(text, CONFIG_ORIGIN)
  const { cniVersion: written } = config
  if (written !== undefined && typeof written !== 'string')
    throw new CniError(CODE.decodingFailure, `${CONFIG_ORIGIN}: cniVersion: must be a string`)
  const cniVersion = knownVersion(written, CONFIG_ORIGIN)
  requireVerb(cniVersion, verb)
  return { config, cniVersion, path: (call.env['CNI_PATH'] ?? '').split(':').filter((folder) => folder !== '') }
}

// The tag spec-v1.1.0 and the text after it spell the key differently (X8): the newer one first.
function validAttachments(config: JsonObject): readonly ValidAttachment[] {
  const key = 'cni.dev/valid-attachments' in config ? 'cni.dev/valid-attachments' : 'cni.dev/attachments'
  const attachments = config[key]
  if (attachments === undefined) {
    const said = 'GC without cni.dev/valid-attachments would delete everything'
    throw new CniError(CODE.invalidConfiguration, `${CONFIG_ORIGIN}: ${key}: is missing; ${said}`)
  }
  const problems = problemsOf(isValidAttachments, attachments).map(({ path, message }) => ({
    path: key + path,
    message,
  }))
  const value = (attachments ?? []) as unknown as readonly ValidAttachment[]
  const reading = problems.length > 0 ? ({ kind: 'invalid', problems } as const) : ({ kind: 'read', value } as const)
  return accepted(reading, CODE.invalidConfiguration, CONFIG_ORIGIN)
}

import { CniError, type ErrorCode } from './error.ts'
import { isDeeper, type Json } from './json.ts'

/** One thing wrong with a document, and where in it: `plugins[1].type`, or `''` for the whole of it. */
export type Problem = {
  readonly path: string
  readonly message: string
  /** The key of the object at `path` that it is about, where it is about a key rather than a value. */
  readonly key?: string
}

/** A document read: its value, or everything that is wrong with it. */
export type Reading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

/** What an ahead-of-time compiled ajv validator looks like. */
export type Validator = {
  (value: unknown): boolean
  errors?: readonly ValidatorError[] | null
}

type ValidatorError = {
  readonly instancePath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  readonly message?: string
}

// A person corrects these first, and what is printed stays readable.
const MOST_PROBLEMS = 20

// Half of what parseJson reads: what is accepted is put into other documents (a plugin's configuration, the
// journal), and those have to be readable again.
const MAX_DEPTH = 100

/**
 * The value of a reading.
 * @throws CniError of the given code that names the origin and the first problem's path.
 */
export function accepted<T>(reading: Reading<T>, code: ErrorCode, origin: string): T {
  if (reading.kind === 'read') return reading.value
  const [first, ...others] = reading.problems
  if (first === undefined) throw new CniError(code, `${origin} is invalid`)
  throw new CniError(code, `${origin}: ${problemText(first)}`, { details: detailsOf(others) })
}

function detailsOf(problems: readonly Problem[]): string | undefined {
  const shown = problems.slice(0, MOST_PROBLEMS).map(problemText)
  const rest = problems.length - shown.length
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n') || undefined
}

/** A problem in one line: its path, then its message. */
export function problemText({ path, message }: Problem): string {
  return path === '' ? message : `${path}: ${message}`
}

/** Everything a validator finds wrong with a value; none means the value has the schema's shape. */
export function problemsOf(validate: Validator, value: Json): readonly Problem[] {
  if (isDeeper(value, MAX_DEPTH)) return [{ path: '', message: `is nested too deeply: more than ${MAX_DEPTH} levels` }]
  if (validate(value)) return []
  return (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').map(toProblem)
}

function toProblem({ instancePath, keyword, params, message }: ValidatorError): Problem {
  const path = jsonPath(instancePath)
  switch (keyword) {
    case 'required':
      return {
        path: path ? `${path}.${params['missingProperty']}` : String(params['missingProperty']),
        message: 'is missing',
      }
    case 'type':
      return { path, message: `must be ${typeNames(params['type'])}` }
    case 'enum':
      return { path, message: `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}` }
    case 'minItems':
      return { path, message: 'must not be empty' }
    case 'pattern':
      return { path, message: params['pattern'] === '.' ? 'must not be empty' : (message ?? 'is invalid') }
    default:
      return { path, message: message ?? 'is invalid' }
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a string',
}

function typeNames(type: unknown): string {
  const names = (Array.isArray(type) ? type : String(type).split(',')).filter((name) => name !== 'null')
  return names.map((name) => TYPE_NAMES[name] ?? String(name)).join(' or ')
}

// RFC 6901 pointer to the notation people write: /plugins/1/type → plugins[1].type
function jsonPath(pointer: string): string {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  return keys.reduce((path, key) => path + step(key, path === ''), '')
}

function step(key: string, first: boolean): string {
  if (/^\d+$/.test(key)) return `[${key}]`
  if (!/^[\w-]+$/.test(key)) return `[${JSON.stringify(key)}]`
  return first ? key : `.${key}`
}

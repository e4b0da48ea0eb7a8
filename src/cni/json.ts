import { isLosslessNumber, isSafeNumber, LosslessNumber, parse, stringify } from 'lossless-json'
import { CniError, CODE } from './error.ts'
import { escaped } from './printable.ts'

/** A JSON value whose numbers are exact: what a double cannot hold is kept as its digits. */
export type Json = null | boolean | number | string | LosslessNumber | readonly Json[] | JsonObject

/** A JSON object as its author wrote it, with every key. */
export type JsonObject = { readonly [key: string]: Json }

/** Why a text is not JSON, and where. */
export type SyntaxFault = { readonly message: string; readonly offset?: number }

/** Where a document comes from, in words for an error message: `the configuration on stdin`. */
export type Origin = string

// No configuration comes near it, and everything that walks a value may then do so without a guard of its own.
const MAX_DEPTH = 200

// A token that JSON.parse might round or overflow: sixteen digits or an exponent.
const MAY_LOSE_DIGITS = /[0-9.]{16}|[0-9][eE]/

// Thrown out of the engine's own writer by the first number that it would write otherwise.
const NEEDS_DIGITS = new Error('a number is kept by its digits')

class ExactNumber extends LosslessNumber {
  toJSON(): never {
    throw NEEDS_DIGITS
  }
}

const exactNumber = (digits: string): number | LosslessNumber =>
  isSafeNumber(digits) ? Number(digits) : new ExactNumber(digits)

const parseExactly = (text: string): Json =>
  parse(text, undefined, { parseNumber: exactNumber, onDuplicateKey: ({ newValue }) => newValue }) as Json

/**
 * The value of a JSON text, its numbers exact; of a key that stands twice the last one counts, as in Go.
 * @throws CniError 6 that names the origin, line and column, where the text is not JSON; or nested deeper than 200.
 */
export function parseJson(text: string, origin: Origin): Json {
  if (text.trim() === '') throw new CniError(CODE.decodingFailure, `${origin} is empty; expected JSON`)
  const value = parseText(text, origin)
  if (isDeeper(value, MAX_DEPTH))
    throw new CniError(CODE.decodingFailure, `${origin} is nested too deeply: more than ${MAX_DEPTH} levels`)
  return value
}

/**
 * The object a JSON text holds.
 * @throws CniError 6 where it is not JSON or not an object.
 */
export function parseJsonObject(text: string, origin: Origin): JsonObject {
  const value = parseJson(text, origin)
  if (!isJsonObject(value))
    throw new CniError(CODE.decodingFailure, `${origin} is ${kindOf(value)}; expected a JSON object`)
  return value
}

/** The JSON text of a value, compact, every number with the digits it was read with. */
export function toJson(value: Json | object, indent?: number): string {
  try {
    return JSON.stringify(value, undefined, indent)
  } catch (fault) {
    if (fault !== NEEDS_DIGITS) throw fault
    return stringify(value, undefined, indent) as string
  }
}

/** Whether a value is a JSON object (not null, not a list, not a number kept by its digits). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
}

/** What a value is, in words for an error message: `a list`, `null`, `a string`. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'a list'
  if (isLosslessNumber(value)) return 'a number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Whether a value's lists and objects are nested in one another more than `levels` deep. */
export function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}

/**
 * Why a text is not JSON, in words that follow its origin, and the offset of the character at fault where there is one;
 * undefined where it is JSON.
 */
export function syntaxFault(text: string): SyntaxFault | undefined {
  // The engines word their errors differently and one gives no position: the exact parser says where, under both.
  try {
    parseExactly(text)
    return undefined
  } catch (fault) {
    if (fault instanceof RangeError) return { message: `is nested too deeply: more than ${MAX_DEPTH} levels` }
    const [, message = '', offset = '0'] =
      /^(.*?)(?: at position (\d+))?$/s.exec(String((fault as Error).message)) ?? []
    // The parser quotes what it stumbled over as it is, a line feed or a terminal's escape among it.
    return { message: `is not JSON: ${escaped(message)}`, offset: Number(offset) }
  }
}

function parseText(text: string, origin: Origin): Json {
  try {
    return MAY_LOSE_DIGITS.test(text) ? parseExactly(text) : (JSON.parse(text) as Json)
  } catch {
    throw syntaxError(text, origin)
  }
}

function syntaxError(text: string, origin: Origin): CniError {
  const fault = syntaxFault(text)
  if (fault === undefined) return new CniError(CODE.decodingFailure, `${origin} is not JSON`)
  const { message, offset } = fault
  if (offset === undefined) return new CniError(CODE.decodingFailure, `${origin} ${message}`)
  const before = text.slice(0, offset).split('\n')
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
  return new CniError(CODE.decodingFailure, `${origin} ${message} (${place})`)
}

import type { FromSchema } from 'json-schema-to-ts'
import { isJsonObject, type Json, type JsonObject, kindOf, type Problem } from '../cni/index.ts'
import { nearestKey } from './nearest-key.ts'

/** The keys of an object's schema, and what it says of their values. */
type Properties = Readonly<Record<string, object>>

/** An object whose shape was found to be its schema's, every key optional. */
export type Written<P extends Properties> = { readonly [K in keyof P]?: FromSchema<P[K]> }

// As deep as the schemas look.
const LEVELS = 3

/**
 * An object as a schema can judge it: without keys whose value is null or `''`, which say nothing in Go either, and
 * with plain numbers, since one that is kept by its digits looks like an object to a validator.
 */
export function judgeable(object: JsonObject): JsonObject {
  return judgeableObject(object, LEVELS)
}

/**
 * What is wrong with the keys of an object: unknown ones, each with the known key it may stand for.
 * @param reader Who does not know them, where that is somebody else: `plugin bridge`.
 */
export function unknownKeys(
  object: JsonObject,
  known: readonly string[],
  path = '',
  reader?: string,
): readonly Problem[] {
  const unknown = Object.keys(object).filter((key) => !known.includes(key) && !isExtension(key))
  return unknown.map((key) => {
    const nearest = nearestKey(key, known)
    const hint = nearest === undefined ? '' : `; did you mean ${JSON.stringify(nearest)}?`
    const of = reader === undefined ? '' : ` of ${reader}`
    return { path, key, message: `unknown key ${JSON.stringify(key)}${of}${hint}` }
  })
}

// Names of others begin with their domain (4.1.2.1; CNI SPEC 1.1.0, "cni.dev/…").
function isExtension(key: string): boolean {
  return /[./]/.test(key)
}

function judgeableObject(object: JsonObject, levels: number): JsonObject {
  const said = Object.entries(object).filter(([, value]) => value !== null && value !== '')
  return Object.fromEntries(said.map(([key, value]) => [key, judgeableValue(value, levels)]))
}

function judgeableValue(value: Json, levels: number): Json {
  if (typeof value !== 'object' || value === null) return value
  if (kindOf(value) === 'a number') return Number(String(value))
  if (levels === 0) return value
  if (isJsonObject(value)) return judgeableObject(value, levels - 1)
  return (value as readonly Json[]).map((inner) => judgeableValue(inner, levels - 1))
}

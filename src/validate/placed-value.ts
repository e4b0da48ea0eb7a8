import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  parseDocument,
  Scalar,
} from 'yaml'
import type { Json } from '../cni/index.ts'
import { type OffsetMap, offsetMap, type ScalarStyle } from './embedded-text.ts'
import type { SourceText, Span } from './source-text.ts'

/** A value that stands in a text, with the places of its parts. */
export type PlacedValue = {
  readonly source: SourceText
  readonly value: Json
  readonly node: Node | null
  /** Where in the source the characters of the text that the node was read from are, where that is not the source. */
  readonly offsets?: OffsetMap
}

/** A text read: its values, and where it is not YAML. */
export type ReadText = {
  readonly values: readonly PlacedValue[]
  readonly faults: readonly { readonly span: Span; readonly message: string }[]
}

const STYLES: Readonly<Record<string, ScalarStyle>> = {
  [Scalar.BLOCK_LITERAL]: 'literal',
  [Scalar.BLOCK_FOLDED]: 'folded',
  [Scalar.QUOTE_DOUBLE]: 'double-quoted',
  [Scalar.QUOTE_SINGLE]: 'single-quoted',
}

/** The documents of a YAML text, JSON being YAML; empty ones are left out. */
export function readYaml(source: SourceText): ReadText {
  const documents = parseAllDocuments(source.text, { prettyErrors: false, lineCounter: new LineCounter() })
  const all = Array.isArray(documents) ? documents : []
  // What follows the first one of a document mostly follows from it.
  const faults = all.flatMap(({ errors: [first] }) => {
    if (!first) return []
    const { pos, message } = first
    return [{ span: { start: pos[0], end: pos[1] }, message }]
  })
  const whole = all.filter(({ errors, contents }) => errors.length === 0 && !isEmpty(contents))
  return { faults, values: whole.map((one) => ({ source, node: one.contents as Node, value: one.toJS() as Json })) }
}

// What stands behind a last `---`.
function isEmpty(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null)
}

/** A text that is JSON, its value read by whoever reads it; only the places are looked for here. */
export function placedJson(source: SourceText, value: Json): PlacedValue {
  return { source, value, node: parseDocument(source.text, { uniqueKeys: false, prettyErrors: false }).contents }
}

/** The part of a value at some steps; undefined where there is none. */
export function partAt(placed: PlacedValue, ...steps: readonly (string | number)[]): PlacedValue | undefined {
  let { node, value }: { node: Node | null; value: Json } = placed
  for (const step of steps) {
    const inner = childOf(node, step)
    if (!inner) return undefined
    node = inner.node
    value = (value as Readonly<Record<string | number, Json>>)[step] as Json
  }
  return { ...placed, node, value }
}

/** The JSON that a string of a value holds, each part of it placed in the source. */
export function embeddedJson(placed: PlacedValue, value: Json): PlacedValue {
  const { node, source } = placed
  const text = String(placed.value)
  const parsed = parseDocument(text, { uniqueKeys: false, prettyErrors: false }).contents
  return { source, value, node: parsed, offsets: offsetsOf(source.text, node, text) }
}

/** Where the characters of a string of a value are in the source. */
export function spanWithin({ node, source, value }: PlacedValue, { start, end }: Span): Span {
  const offsets = offsetsOf(source.text, node, String(value))
  return { start: offsets[start] ?? 0, end: offsets[end] ?? 0 }
}

/**
 * Where a path of a value is (`plugins[1].type`), or where it would be: the object that should have the key. With a key,
 * the key itself of the object at the path.
 */
export function spanOf({ node, offsets }: PlacedValue, path: string, key?: string): Span {
  let span = spanOfNode(node)
  let current = node
  for (const step of [...stepsOf(path), ...(key === undefined ? [] : [key])]) {
    const inner = childOf(current, step)
    if (!inner) break
    current = inner.node
    span = spanOfNode(key !== undefined && step === key ? (inner.key ?? inner.node) : leadingOf(inner))
  }
  return offsets ? { start: offsets[span.start] ?? 0, end: offsets[span.end] ?? 0 } : span
}

type Child = { readonly key?: Node | undefined; readonly node: Node | null }

// Of a list or an object its key says more than a bracket.
function leadingOf({ key, node }: Child): Node | null {
  return key && !isScalar(node) ? key : node
}

function childOf(node: Node | null, step: string | number): Child | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(step)]
    return item === undefined ? undefined : { node: item as Node }
  }
  if (!isMap(node)) return undefined
  const pairs = node.items as readonly Pair<Node, Node | null>[]
  const named = (same: (key: string) => boolean) =>
    pairs.findLast(({ key }) => isScalar(key) && same(String(key.value)))
  const pair = named((key) => key === String(step)) ?? named((key) => key.toLowerCase() === String(step).toLowerCase())
  return pair && { key: pair.key, node: pair.value }
}

// Of a list or an object the first character stands for all of it.
function spanOfNode(node: Node | null): Span {
  const [start = 0, end = 0] = node?.range ?? []
  return { start, end: isScalar(node) ? end : Math.min(start + 1, end) }
}

function offsetsOf(text: string, node: Node | null, value: string): OffsetMap {
  const { start, end } = spanOfNode(node)
  const style = isScalar(node) && !isAlias(node) ? (STYLES[node.type ?? ''] ?? 'plain') : 'plain'
  return offsetMap(text.slice(start, end), start, value, style)
}

// `plugins[1].type`, `capabilities["a b"]`: the notation of problems.
function stepsOf(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map(([, index, quoted, key]) => {
    if (index !== undefined) return Number(index)
    return quoted === undefined ? (key ?? '') : String(JSON.parse(quoted))
  })
}

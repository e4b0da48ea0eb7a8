/** A text that is checked, and what people know it by: the path of its file. */
export type SourceText = { readonly file: string; readonly text: string }

/** A part of a text, by the offsets of its first character and of the one behind its last. */
export type Span = { readonly start: number; readonly end: number }

/** A place in a text as editors count: lines and columns from 1. */
export type Place = {
  readonly line: number
  readonly column: number
  /** How many characters of the line are meant, at least one. */
  readonly length: number
  /** The whole line. */
  readonly excerpt: string
}

/** The place a span begins at; it ends with its line. */
export function placeOf(source: SourceText, { start, end }: Span): Place {
  const { text } = source
  const at = Math.min(start, text.length)
  const starts = lineStarts(source)
  const line = lastAtMost(starts, at)
  const begin = starts[line] ?? 0
  const excerpt = text.slice(begin, starts[line + 1]).trimEnd()
  const length = Math.max(1, Math.min(end, begin + excerpt.length) - at)
  return { line: line + 1, column: at - begin + 1, length, excerpt }
}

// A text may be a whole cluster's, with a finding in every object.
const STARTS = new WeakMap<SourceText, readonly number[]>()

function lineStarts(source: SourceText): readonly number[] {
  const known = STARTS.get(source)
  if (known) return known
  const starts = [0, ...[...source.text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  STARTS.set(source, starts)
  return starts
}

function lastAtMost(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((sorted[middle] ?? 0) <= limit) low = middle
    else high = middle - 1
  }
  return low
}

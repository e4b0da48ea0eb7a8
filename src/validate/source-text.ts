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
export function placeOf({ text }: SourceText, { start, end }: Span): Place {
  const at = Math.min(start, text.length)
  const begin = text.lastIndexOf('\n', at - 1) + 1
  const next = text.indexOf('\n', at)
  const excerpt = text.slice(begin, next < 0 ? undefined : next).trimEnd()
  const line = text.slice(0, begin).split('\n').length
  const length = Math.max(1, Math.min(end, begin + excerpt.length) - at)
  return { line, column: at - begin + 1, length, excerpt }
}

/** How a scalar is written in YAML. */
export type ScalarStyle = 'literal' | 'folded' | 'double-quoted' | 'single-quoted' | 'plain'

/** The offset in the source that each character of a scalar's value comes from, and behind them that of its end. */
export type OffsetMap = readonly number[]

// How many characters follow the letter of an escape (YAML 1.2.2, section 5.7).
const ESCAPE_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/**
 * Where in the source each character of a scalar's value is. The value is what YAML made of the source: indentation,
 * quotes and escapes are gone. White space may be mapped to other white space of the same run.
 * @param source The scalar with its quotes or its block header.
 * @param start Where in the text it begins.
 */
export function offsetMap(source: string, start: number, value: string, style: ScalarStyle): OffsetMap {
  const offsets: number[] = []
  let at = contentStart(source, style)
  while (offsets.length < value.length && at < source.length) {
    const wanted = value[offsets.length] as string
    const length = writtenLength(source, at, wanted, style)
    if (length === 0) {
      at += 1
      continue
    }
    offsets.push(start + at)
    at += length
  }
  while (offsets.length <= value.length) offsets.push(start + Math.min(at, source.length))
  return offsets
}

function contentStart(source: string, style: ScalarStyle): number {
  switch (style) {
    case 'literal':
    case 'folded':
      return source.indexOf('\n') + 1
    case 'double-quoted':
    case 'single-quoted':
      return 1
    case 'plain':
      return 0
  }
}

// How many characters at a place stand for the one wanted; 0 where they stand for nothing: indentation, a fold.
function writtenLength(source: string, at: number, wanted: string, style: ScalarStyle): number {
  const found = source[at]
  if (style === 'double-quoted' && found === '\\') {
    const letter = source[at + 1] ?? ''
    return letter === '\n' ? 0 : 2 + (ESCAPE_DIGITS[letter] ?? 0)
  }
  if (style === 'single-quoted' && found === "'") return 2
  if (found === wanted) return 1
  return found === '\n' && wanted === ' ' ? 1 : 0
}

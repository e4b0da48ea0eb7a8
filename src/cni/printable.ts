// Control characters, the line and paragraph separators, and what turns the direction of the text after it.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu
const LINE_BREAKS = /\s*[\n\r]\s*/g

// A whole annotation may be quoted; nobody reads more than this of it.
const MOST_CHARACTERS = 4_000

/**
 * A text in one line that a terminal may be given: whoever wrote what is quoted in it can neither begin a line of their
 * own nor send an escape sequence. A line break is a space, any other control character its `\u` escape; what is
 * over 4,000 characters is left out.
 */
export function printableLine(text: string): string {
  const line = escaped(
    text
      .slice(0, MOST_CHARACTERS + 1)
      .replace(LINE_BREAKS, ' ')
      .trim(),
  )
  return text.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line
}

/** The same for a text of several lines: line feeds and tabs stay. */
export function printableLines(text: string): string {
  return escaped(text, '\n\t')
}

/** A JSON text that a terminal may be given, of the same value: what JSON lets stand as it is, is escaped as well. */
export function printableJson(json: string): string {
  return escaped(json, '\n')
}

/** A text with the `\u` escape of each character that is not for a terminal, but for those that are kept. */
export function escaped(text: string, kept = ''): string {
  return text.replace(UNPRINTABLE, (character) =>
    kept.includes(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

// Select Graphic Rendition (ECMA-48). Node.js has styleText from 20.12 on only.
const CODES = { bold: 1, red: 31, green: 32, yellow: 33, cyan: 36 } as const

const ESCAPE = '\u001b'
// Whoever imitates one has changed a colour, and nothing else.
const STYLE = new RegExp(`(${ESCAPE}\\[(?:0|${Object.values(CODES).join('|')})m)`)

/** How a part of a text stands out on a terminal. */
export type Style = keyof typeof CODES

/** How wide a text may be, where nothing says otherwise. */
export const WIDTH = 80

/** A text that stands out, where standard output is a terminal and nobody has asked for no colours (no-color.org). */
export function styled(style: Style, text: string): string {
  return hasStyles() && text !== '' ? `${ESCAPE}[${CODES[style]}m${text}${ESCAPE}[0m` : text
}

function hasStyles(): boolean {
  const { NO_COLOR: noColor, TERM: term } = process.env
  return process.stdout.isTTY && !noColor && term !== 'dumb'
}

/** A text in parts: what {@link styled} has put into it, where it does, and what is between. */
export function styledParts(text: string): readonly { readonly kind: 'style' | 'text'; readonly text: string }[] {
  if (!hasStyles()) return [{ kind: 'text', text }]
  return text.split(STYLE).map((part, index) => ({ kind: index % 2 === 1 ? 'style' : 'text', text: part }))
}

/** Whether somebody looks at standard output as it is written. */
export function isWatched(): boolean {
  return process.stdout.isTTY
}

/** How wide the terminal is; 80 where there is none. */
export function width(): number {
  return process.stdout.columns || WIDTH
}

/** Whether characters beyond ASCII can be expected to be drawn. */
export function drawsUnicode(): boolean {
  const { LC_ALL: all, LC_CTYPE: type, LANG: lang } = process.env
  return /utf-?8/i.test(all || type || lang || '')
}

/** A text broken between words into lines of at most `width`, those behind the first one indented. */
export function wrapped(text: string, indent = 0, width = WIDTH): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    const room = width - (lines.length > 1 ? indent : 0)
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}

/** "1 file", "2 files". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

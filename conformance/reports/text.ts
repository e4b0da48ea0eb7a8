/** Whether colours are used. */
export type Palette = 'colours' | 'plain'

const COLOURS = { good: '32', bad: '31', dim: '2' } as const

/** A text in a colour, where colours are used. */
export function paint(palette: Palette, colour: keyof typeof COLOURS, text: string): string {
  return palette === 'plain' ? text : `\u001b[${COLOURS[colour]}m${text}\u001b[0m`
}

/** A text of at most `width` characters; what is cut off is an ellipsis. */
export function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** A text in lines of at most `width` characters, all indented, those after the first by two more. */
export function wrapped(text: string, width: number, indent: number): readonly string[] {
  const lines: string[] = []
  let line = ' '.repeat(indent)
  for (const word of text.split(/\s+/)) {
    const isFirst = line.trim() === ''
    if (!isFirst && line.length + 1 + word.length > width) {
      lines.push(line)
      line = `${' '.repeat(indent + 2)}${word}`
    } else line += isFirst ? word : ` ${word}`
  }
  return [...lines, line]
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text for XML and HTML; characters that XML has no place for are left out. */
export function xmlText(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one)
}

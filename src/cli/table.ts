import { WIDTH } from './terminal.ts'

/** A cell of a table, and what is to be done to its text once it has its width. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string }

const GAP = '  '
const NARROWEST = 6

/** Rows below a heading as columns of a width that holds them all; the widest are shortened where they would not fit. */
export function table(heading: readonly string[], rows: readonly (readonly Cell[])[], width: number = WIDTH): string {
  const widths = fitted(
    heading.map((title, column) => Math.max(title.length, ...rows.map((row) => textOf(row[column]).length))),
    width - GAP.length * (heading.length - 1),
  )
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, column) => painted(cell, widths[column] ?? 0))
      .join(GAP)
      .trimEnd()
  return [line(heading), ...rows.map(line)].join('\n')
}

function fitted(widths: readonly number[], room: number): readonly number[] {
  const fitting = [...widths]
  while (fitting.reduce((sum, one) => sum + one, 0) > room) {
    const widest = fitting.indexOf(Math.max(...fitting))
    if ((fitting[widest] ?? 0) <= NARROWEST) break
    fitting[widest] = (fitting[widest] ?? 0) - 1
  }
  return fitting
}

function painted(cell: Cell, width: number): string {
  const cut = shortened(textOf(cell), width)
  const padding = ' '.repeat(width - cut.length)
  return (typeof cell === 'string' ? cut : cell.paint(cut)) + padding
}

// In the middle: of a pod's name the beginning says what it is, and the end which one.
function shortened(text: string, width: number): string {
  if (text.length <= width) return text
  const before = Math.ceil((width - 1) / 2)
  return `${text.slice(0, before)}…${text.slice(text.length - (width - 1 - before))}`
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '')
}

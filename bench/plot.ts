import type { Growth } from './growth.ts'

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [560, 260, 56, 40, 44, 150]
// Neither is lost on white or on black.
const COLOURS = ['#3b82f6', '#d97706', '#10b981', '#a855f7']
const INK = '#808080'

/** A growth as a picture: a logarithmic scale across, where it goes far, and one from nothing upwards. */
export function plot({ title, of, unit, lines }: Growth): string {
  const all = lines.flatMap(({ points }) => points)
  const [mostX, mostY] = [Math.max(...all.map(([x]) => x), 1), Math.max(...all.map(([, y]) => y)) * 1.1]
  const across = (x: number): number =>
    LEFT + (WIDTH - LEFT - RIGHT) * (mostX > 100 ? Math.log10(x + 1) / Math.log10(mostX + 1) : x / mostX)
  const up = (y: number): number => HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (y / mostY)
  const ticksX = [...new Set(all.map(([x]) => x))]
  const ticksY = [0, mostY / 2.2, mostY / 1.1]
  const parts = [
    text(LEFT, 20, title, 'start', 13),
    `<path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" fill="none" stroke="${INK}"/>`,
    ...ticksX.map((x) => text(across(x), HEIGHT - BOTTOM + 16, x.toLocaleString('en'), 'middle')),
    ...ticksY.map((y) => text(LEFT - 6, up(y) + 4, y.toPrecision(3).replace(/\.?0+$/, ''), 'end')),
    text(LEFT - 6, TOP - 8, unit, 'end'),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, of, 'middle'),
    ...lines.flatMap(({ name, points }, index) =>
      line(
        name,
        points.map(([x, y]) => [across(x), up(y)]),
        index,
      ),
    ),
  ]
  const size = `width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif">\n<title>${title}</title>\n${parts.join('\n')}\n</svg>\n`
}

function line(name: string, points: readonly (readonly number[])[], index: number): readonly string[] {
  const colour = COLOURS[index % COLOURS.length] ?? INK
  const places = points.map(([x = 0, y = 0]) => `${x.toFixed(1)} ${y.toFixed(1)}`)
  const [x = 0, y = 0] = points.at(-1) ?? []
  return [
    `<path d="M${places.join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.map(([cx = 0, cy = 0]) => `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="3" fill="${colour}"/>`),
    `<text x="${x + 8}" y="${(y + 4).toFixed(1)}" font-size="11" fill="${colour}">${name}</text>`,
  ]
}

function text(x: number, y: number, words: string, anchor: string, size = 11): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" fill="${INK}" text-anchor="${anchor}">${words}</text>`
}

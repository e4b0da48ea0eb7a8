import type { Sample } from './samples.ts'

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [720, 240, 48, 28]
const GREY = '#8a8f98'

/** An SVG of the agent's memory and open files over time; a dashed line where another process took its place. */
export function plotOf(samples: readonly Sample[]): string {
  const last = Math.max(...samples.map(({ at }) => at), 1)
  const mostMib = Math.ceil(Math.max(...samples.map(({ pssKib }) => pssKib / 1024), 1) / 16) * 16
  const mostFiles = Math.ceil(Math.max(...samples.map(({ files }) => files), 1) / 16) * 16
  const x = (at: number): number => LEFT + (at / last) * (WIDTH - 2 * LEFT)
  const y = (part: number): number => HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - 20)
  const line = (read: (sample: Sample) => number, color: string): string =>
    runsOf(samples)
      .map((run) => run.map((sample) => `${x(sample.at).toFixed(1)},${y(read(sample)).toFixed(1)}`).join(' '))
      .map((points) => `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${points}"/>`)
      .join('\n')
  const deaths = runsOf(samples)
    .slice(1)
    .map(([first]) => x(first?.at ?? 0).toFixed(1))
    .map((at) => `<line x1="${at}" y1="20" x2="${at}" y2="${y(0)}" stroke="${GREY}" stroke-dasharray="3 3"/>`)
  const label = (text: string, at: number, top: number, anchor = 'start', color = GREY): string =>
    `<text x="${at}" y="${top}" fill="${color}" text-anchor="${anchor}">${text}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">
<title>memory and open files of the agent during a soak</title>
<line x1="${LEFT}" y1="${y(0)}" x2="${WIDTH - LEFT}" y2="${y(0)}" stroke="${GREY}"/>
${deaths.join('\n')}
${line(({ pssKib }) => pssKib / 1024 / mostMib, '#2f81f7')}
${line(({ files }) => files / mostFiles, '#d18616')}
${label(`${mostMib} MiB`, LEFT - 4, 24, 'end', '#2f81f7')}
${label('0', LEFT - 4, y(0), 'end', '#2f81f7')}
${label(`${mostFiles} files`, WIDTH - LEFT + 4, 24, 'start', '#d18616')}
${label('0 s', LEFT, HEIGHT - 10)}
${label(`${Math.round(last)} s`, WIDTH - LEFT, HEIGHT - 10, 'end')}
${label('memory of the agent (blue), open files (orange); dashed: killed and started again', WIDTH / 2, 12, 'middle')}
</svg>
`
}

function runsOf(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const runs: Sample[][] = []
  for (const sample of samples) {
    const run = runs.at(-1)
    if (run?.[0]?.pid === sample.pid) run.push(sample)
    else runs.push([sample])
  }
  return runs
}

import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/** One process of a call: what a runtime starts, and what it hands it. */
export type Step = {
  readonly program: string
  readonly env: Readonly<Record<string, string>>
  readonly config: object
  /** The number of the step before it whose result it gets as `prevResult`. */
  readonly from?: number | undefined
}

/** What a runtime does for one pod: processes, one after another. */
export type Call = readonly Step[]

/** What a call cost. */
export type Cost = {
  /** From its first start to its last end. */
  readonly ms: number
  /** Of user and system, of its processes and those that they waited for. */
  readonly cpuMs: number
  readonly status: number
  /** What each of its steps printed. */
  readonly outputs: readonly string[]
}

/** What calls that began at once cost, all together and each. */
export type Costs = { readonly ms: number; readonly calls: readonly Cost[] }

/** Runs calls at once, and says what each cost. */
export type Driver = (calls: readonly Call[]) => Promise<Costs>

const SOURCE = new URL('driver.c', import.meta.url).pathname

/** Compiles the driver into a folder. */
export function makeDriver(folder: string): Driver {
  const program = `${folder}/driver`
  execFileSync('gcc', ['-O2', '-pthread', '-o', program, SOURCE], { stdio: 'inherit' })
  return async (calls) => {
    const work = `${folder}/calls`
    mkdirSync(work)
    const names = calls.map((_, index) => String(index))
    for (const name of names) writeFileSync(`${work}/${name}`, calls[Number(name)]?.map(lineOf).join('') ?? '')
    const [whole = '', ...lines] = (await printed(program, [work, ...names])).trim().split('\n')
    const costs = lines.map((line, index) => costOf(line, outputsOf(`${work}/${index}`, calls[index]?.length ?? 0)))
    rmSync(work, { recursive: true })
    return { ms: Number(whole) / 1e6, calls: costs }
  }
}

function lineOf({ program, env, config, from }: Step): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return `${[program, from ?? '-', JSON.stringify(config), ...variables].join('\t')}\n`
}

function costOf(line: string, outputs: readonly string[]): Cost {
  const [ns = 0, cpuUs = 0, status = 0] = line.split(' ').map(Number)
  return { ms: ns / 1e6, cpuMs: cpuUs / 1e3, status, outputs }
}

function outputsOf(path: string, steps: number): readonly string[] {
  return Array.from({ length: steps }, (_, step) => readFileSync(`${path}.${step}`, 'utf8'))
}

function printed(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    child.on('error', reject)
    child.on('close', (status) => (status === 0 ? resolve(text) : reject(new Error(`the driver ended with ${status}`))))
  })
}

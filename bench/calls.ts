import type { Contender } from './contender.ts'
import type { Cost, Driver } from './driver.ts'
import type { Sandbox } from './networks.ts'
import { type Spread, spread } from './statistics.ts'

/** What one contender's calls cost. */
export type CallFigures = {
  readonly name: string
  readonly add: VerbFigures
  readonly del: VerbFigures
}

/** Milliseconds as the runtime waits for them, and of processor time; and both against those of the plugins bare. */
export type VerbFigures = {
  readonly ms: Spread
  readonly cpuMs: Spread
  /** The milliseconds as a multiple of those of the plugins bare, median by median. */
  readonly ratio: Spread
}

type Sample = { readonly add: Cost; readonly del: Cost }

/**
 * Measures ADD and DEL of one pod: the contenders in turn, round after round, so that whatever else the machine does
 * hits all of them. The first one is what the others are compared with.
 */
export async function measureCalls(
  drive: Driver,
  contenders: readonly Contender[],
  sandbox: Sandbox,
  rounds: number,
): Promise<readonly CallFigures[]> {
  const samples = contenders.map((): Sample[] => [])
  // The first call of each makes bridges, folders and a warm page cache.
  for (let round = -WARM_UP; round < rounds; round += 1)
    for (const index of inTurn(contenders.length, round)) {
      const sample = await attachAndDetach(drive, contenders[index] as Contender, sandbox)
      if (round >= 0) samples[index]?.push(sample)
    }
  const [bare = []] = samples
  return contenders.map(({ name }, index) => {
    const own = samples[index] ?? []
    return { name, add: figuresOf(own, bare, 'add'), del: figuresOf(own, bare, 'del') }
  })
}

const WARM_UP = 2

/** One ADD and DEL of a pod. @throws Error where one of them fails. */
export async function attachAndDetach(drive: Driver, contender: Contender, sandbox: Sandbox): Promise<Sample> {
  const add = await one(drive, contender, 'ADD', contender.add(sandbox))
  return { add, del: await one(drive, contender, 'DEL', contender.del(sandbox, add)) }
}

async function one(
  drive: Driver,
  { name }: Contender,
  verb: string,
  call: Parameters<Driver>[0][number],
): Promise<Cost> {
  const [cost] = (await drive([call])).calls
  if (cost && cost.status === 0) return cost
  throw new Error(`${name}: ${verb} failed: ${cost?.outputs.join('\n')}`)
}

// Each begins a round in its turn: nobody always follows the same one.
function inTurn(count: number, round: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => (index + round + count * WARM_UP) % count)
}

function figuresOf(samples: readonly Sample[], bare: readonly Sample[], verb: 'add' | 'del'): VerbFigures {
  const ms = spread(samples.map((sample) => sample[verb].ms))
  const bareMs = spread(bare.map((sample) => sample[verb].ms))
  return {
    ms,
    cpuMs: spread(samples.map((sample) => sample[verb].cpuMs)),
    ratio: { median: ms.median / bareMs.median, p90: ms.p90 / bareMs.p90 },
  }
}

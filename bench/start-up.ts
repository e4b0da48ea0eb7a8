import type { Driver } from './driver.ts'
import type { Sandbox } from './networks.ts'
import { environment } from './networks.ts'
import { type Spread, spread } from './statistics.ts'

/** How long programs take to start, answer VERSION and end, in turn. */
export async function measureStartUp(
  drive: Driver,
  programs: readonly string[],
  sandbox: Sandbox,
  rounds: number,
): Promise<readonly { readonly program: string; readonly ms: Spread; readonly cpuMs: Spread }[]> {
  const samples = programs.map((): { ms: number; cpuMs: number }[] => [])
  const env = environment('VERSION', sandbox, '')
  for (let round = 0; round < rounds; round += 1)
    for (const [index, program] of programs.entries()) {
      const [cost] = (await drive([[{ program, env, config: { cniVersion: '1.0.0' } }]])).calls
      if (cost) samples[index]?.push(cost)
    }
  return programs.map((program, index) => ({
    program: program.slice(program.lastIndexOf('/') + 1),
    ms: spread((samples[index] ?? []).map(({ ms }) => ms)),
    cpuMs: spread((samples[index] ?? []).map(({ cpuMs }) => cpuMs)),
  }))
}

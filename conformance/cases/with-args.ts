import { declaresCapability, type JsonObject } from '../../src/cni/index.ts'
import type { Added, Attachment } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { fails, unchanged } from '../bench/judge.ts'
import type { Finding } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'

/** @throws NotRun where the configuration of the plugin under test does not declare a capability. */
export function requireCapability({ subject }: Bench, capability: string): void {
  if (!declaresCapability(subjectConfig(subject), capability))
    throw new NotRun(`its configuration does not declare the capability ${capability}`)
}

/** An attachment made with capability arguments. @throws NotRun where one of them is not declared, or ADD fails. */
export async function withArgs(
  bench: Bench,
  capabilityArgs: JsonObject,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly attachment: Attachment; readonly added: Added }> {
  for (const capability of Object.keys(capabilityArgs)) requireCapability(bench, capability)
  const attachment = bench.attachment({ capabilityArgs })
  return { attachment, added: await attachment.added({ env }) }
}

/**
 * What deviates where capability arguments have to be refused: an ADD that succeeds, or that leaves something.
 * @throws NotRun where one of them is not declared.
 */
export async function refusedArgs(
  bench: Bench,
  capabilityArgs: JsonObject,
  what = JSON.stringify(capabilityArgs),
  judgeLeftovers = true,
): Promise<readonly Finding[]> {
  for (const capability of Object.keys(capabilityArgs)) requireCapability(bench, capability)
  if (judgeLeftovers) await bench.warmUp()
  const attachment = bench.attachment({ capabilityArgs })
  await attachment.prepare()
  const before = bench.snapshot(attachment.sandbox)
  const run = await attachment.run('ADD')
  const left = judgeLeftovers
    ? unchanged(before, bench.snapshot(attachment.sandbox), `ADD with ${what} left something`, run)
    : []
  return [...fails(run, `ADD with ${what}`), ...left]
}

import type { Attachment } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { fails } from '../bench/judge.ts'
import { saidOf, succeeded } from '../bench/run-record.ts'
import { difference, type Snapshot } from '../bench/snapshot.ts'
import { type Case, cni, type Finding, type Level, type Sentence } from '../case.ts'
import { NotRun } from '../not-run.ts'

/** A change of the machine that CHECK has to find, in words and in deed. */
export type Drift = {
  readonly what: string
  /** Makes the change. @throws NotRun where there is nothing to change. */
  readonly make: () => void
  /** Takes it back, where another drift follows. */
  readonly undo?: () => void
}

/** What a drift is made from: the attachment, and what its ADD brought. */
export type Ground = {
  readonly bench: Bench
  readonly attachment: Attachment
  readonly came: Snapshot
  readonly went: Snapshot
}

/** The sentence about resources of the result. */
export const OF_RESULT = cni(
  '2 CHECK',
  'SHOULD',
  'The plugin should return an error if a resource included in the CNI Result type (interface, address or route) was created by the plugin, is listed in prevResult, and is missing or in an invalid state.',
)

/** The sentence about what is not in the result. */
export function ofOthers(what: string, level: Level = 'SHOULD'): Sentence {
  return cni(
    '2 CHECK',
    level,
    `The plugin should return an error if other resources not tracked in the Result type are missing or in an invalid state: ${what}.`,
  )
}

/** A case that adds, changes the machine, and wants CHECK to find it. */
export function afterDrift(
  id: string,
  title: string,
  sentence: Sentence,
  kinds: Case['kinds'],
  drifts: (ground: Ground) => readonly Drift[],
): Case {
  const run = async (bench: Bench): Promise<readonly Finding[]> => {
    await bench.warmUp()
    const attachment = bench.attachment()
    await attachment.prepare()
    const before = bench.snapshot(attachment.sandbox)
    await attachment.added()
    const changed = difference(before, bench.snapshot(attachment.sandbox))
    await requireCheck(attachment)
    const found: Finding[] = []
    const all = drifts({ bench, attachment, ...changed })
    if (all.length === 0) throw new NotRun('it made nothing of that kind')
    for (const { what, make, undo } of all) {
      make()
      found.push(...fails(await attachment.run('CHECK'), `CHECK, ${what},`))
      undo?.()
    }
    return found
  }
  return { id, title, sentence, kinds, since: '0.4.0', versions: 'once', inChain: true, run }
}

/** @throws NotRun where CHECK fails with nothing amiss: another case tells of that. */
export async function requireCheck(attachment: Attachment): Promise<void> {
  const run = await attachment.run('CHECK')
  if (!succeeded(run)) throw new NotRun(`CHECK fails with nothing amiss: ${saidOf(run)}; CHK-01 tells of that`)
}

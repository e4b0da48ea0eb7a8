import type { Attachment } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { nothingCame, succeeds, unchanged } from '../bench/judge.ts'
import type { RunRecord } from '../bench/run-record.ts'
import type { Snapshot } from '../bench/snapshot.ts'
import { type Case, EVERY_KIND, type Finding, type Sentence } from '../case.ts'

/** What a case about DEL differs in from the others. */
export type AfterDelOptions = {
  readonly inChain?: true
  readonly versions?: Case['versions']
  readonly since?: NonNullable<Case['since']>
  readonly kinds?: Case['kinds']
  /** What is in the sandbox is not looked at: it goes with it. Of a plugin that changes what another made it never is. */
  readonly hostOnly?: true
  /** The sandbox is looked at, of a plugin that changes what another made as well. */
  readonly inSandbox?: true
  /** Only whether DEL succeeds counts: what it can still undo is not said. */
  readonly verdictOnly?: true
}

/** A case that adds, deletes in a way of its own, and compares with what was before. */
export function afterDel(
  id: string,
  title: string,
  sentence: Sentence,
  del: (attachment: Attachment, bench: Bench) => Promise<readonly RunRecord[]>,
  options: AfterDelOptions = {},
): Case {
  const { inChain, versions = 'once', since, kinds = EVERY_KIND, verdictOnly } = options
  const run = async (bench: Bench): Promise<readonly Finding[]> => {
    const hostOnly = options.hostOnly ?? (bench.subject.kind === 'meta' && !options.inSandbox)
    await bench.warmUp()
    const attachment = bench.attachment()
    await attachment.prepare()
    const stock = (): Snapshot => (hostOnly ? bench.snapshot() : bench.snapshot(attachment.sandbox))
    const before = stock()
    await attachment.added()
    const runs = await del(attachment, bench)
    const failures = runs.flatMap((one, at) =>
      succeeds(one, runs.length > 1 ? `${one.verb} (${at + 1} of ${runs.length})` : one.verb),
    )
    if (verdictOnly || failures.length > 0) return failures
    // What is left at the other end of a pair goes with the sandbox.
    if (hostOnly) bench.endSandbox(attachment.sandbox)
    const compare = hostOnly ? nothingCame : unchanged
    return compare(before, stock(), 'DEL succeeded and did not undo everything', runs.at(-1))
  }
  return { id, title, sentence, kinds, versions, run, ...(inChain ? { inChain } : {}), ...(since ? { since } : {}) }
}

import type { StandingFinding } from './bench/standing.ts'
import type { Verdict } from './case.ts'
import type { Column } from './column.ts'
import type { Subject } from './subject.ts'

/** What a worker is asked to do: one case, in one column. */
export type WorkerTask = { readonly id: string; readonly column: Column; readonly subject: Subject }

/** What a worker answers. */
export type WorkerAnswer = {
  readonly verdict: Verdict
  /** What the case's runs showed beside, of sentences that are about every run. */
  readonly standing: readonly StandingFinding[]
  /** The command lines of processes that the plugin left behind. */
  readonly leftRunning: readonly string[]
}

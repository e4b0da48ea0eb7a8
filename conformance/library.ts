import { fileURLToPath } from 'node:url'
import { type ConformanceOptions, type ConformanceRun, runConformance as runWithWorker } from './run.ts'

export type { Case, Finding, Level, Sentence, Verdict } from './case.ts'
export { CASES } from './cases/index.ts'
export { type Column, columnName } from './column.ts'
export type { Kind } from './kind.ts'
export { REPORTS, type ReportFormat } from './reports/index.ts'
export { terminalProgress, terminalReport } from './reports/terminal.ts'
export type { ConformanceEvent, ConformanceRun, Outcome } from './run.ts'
export { isConformant, standingOf, type Tally, tally } from './tally.ts'

/** What a run of the suite is asked for, from a program of one's own. */
export type LibraryOptions = Omit<ConformanceOptions, 'worker' | 'plexus'>

/**
 * Runs the suite against a plugin, as `plexus conformance` does, and gives what came of it. Needs root.
 * @throws CniError where it could not be run: no such plugin, no configuration, no version in common.
 */
export function runConformance(options: LibraryOptions): Promise<ConformanceRun> {
  return runWithWorker({
    ...options,
    worker: [process.execPath, fileURLToPath(new URL('./worker.js', import.meta.url))],
    plexus: [process.execPath, fileURLToPath(new URL('../main.js', import.meta.url))],
  })
}

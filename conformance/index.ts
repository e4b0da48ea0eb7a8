/**
 * The conformance suite for plugin vendors: runs a plugin as a link of a chain, each case in namespaces of its own, and
 * says sentence by sentence of the specification what holds. It may import `cni` and `host`, and nothing but `cli`
 * imports it.
 */
export type { Case, Finding, Level, Sentence, Verdict } from './case.ts'
export { CASES } from './cases/index.ts'
export { type Column, columnName } from './column.ts'
export type { Kind } from './kind.ts'
export { REPORTS, type ReportFormat } from './reports/index.ts'
export { type Progress, terminalProgress, terminalReport } from './reports/terminal.ts'
export {
  type ConformanceEvent,
  type ConformanceOptions,
  type ConformanceRun,
  type Outcome,
  runConformance,
} from './run.ts'
export type { Subject, SubjectOptions } from './subject.ts'
export { isConformant, type Tally, tally } from './tally.ts'
export { work } from './worker.ts'

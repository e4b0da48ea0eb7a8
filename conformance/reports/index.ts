import type { ConformanceRun } from '../run.ts'

/** The formats a report can be written in, each with what makes it. */
export const REPORTS = {
  json: (run: ConformanceRun) => JSON.stringify(run, null, 2),
} as const satisfies Record<string, (run: ConformanceRun) => string>

/** A format of {@link REPORTS}. */
export type ReportFormat = keyof typeof REPORTS

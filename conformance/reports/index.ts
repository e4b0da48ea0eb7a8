import type { ConformanceRun } from '../run.ts'
import { htmlReport } from './html.ts'
import { junitReport } from './junit.ts'
import { tapReport } from './tap.ts'

/** The formats a report can be written in, each with what makes it. */
export const REPORTS = {
  html: htmlReport,
  json: (run: ConformanceRun): string => `${JSON.stringify(run, null, 2)}\n`,
  junit: junitReport,
  tap: tapReport,
} as const satisfies Record<string, (run: ConformanceRun) => string>

/** A format of {@link REPORTS}. */
export type ReportFormat = keyof typeof REPORTS

import { readFileSync } from 'node:fs'
import { availableParallelism, release } from 'node:os'
import { CNI_VERSIONS, CniError, type CniVersion, CODE, isCniVersion } from '../src/cni/index.ts'
import { STANDING_CASES, type StandingFinding } from './bench/standing.ts'
import type { Case, Finding, Verdict } from './case.ts'
import { CASES } from './cases/index.ts'
import type { Column } from './column.ts'
import { isolatedWorkers, type Workers } from './isolation.ts'
import { columnsOf, isNamed, type Planned, planCases } from './plan.ts'
import { readSubject, type Subject, type SubjectOptions } from './subject.ts'
import { supportedVersions } from './supported-versions.ts'
import { readWaivers, type Waiver, waiverFor } from './waivers.ts'

/** What a run of the suite is asked for. */
export type ConformanceOptions = SubjectOptions & {
  /** The CNI versions to run in; all that the plugin claims unless given. */
  readonly versions?: readonly string[]
  /** The cases to run, as ids or patterns such as `DEL-*`; all unless given. */
  readonly cases?: readonly string[]
  /** Whether to run the plugin through Plexus as well; yes unless given. */
  readonly inChain?: boolean
  /** Path of a file of waivers. */
  readonly waivers?: string
  /** How many cases run at a time; as many as there are processors unless given. */
  readonly atOnce?: number
  /** How long a case may take; a minute and a half unless given, five minutes in a user-mode kernel. */
  readonly caseTimeoutMs?: number
  /** The command of a worker. */
  readonly worker: readonly string[]
  /** Told of what is to be run, and of each case as it ends. */
  readonly observe?: (event: ConformanceEvent) => void
}

/** What happens in a run, as it happens. */
export type ConformanceEvent =
  | { readonly kind: 'planned'; readonly subject: Subject; readonly columns: readonly Column[]; readonly total: number }
  | { readonly kind: 'ended'; readonly outcome: Outcome }

/** What became of one case in one column. */
export type Outcome = {
  readonly case: Omit<Case, 'run'>
  readonly column: Column
  readonly verdict: Verdict
  readonly durationMs: number
  /** The waiver it falls under, where it failed. */
  readonly waiver?: Waiver
  readonly leftRunning: readonly string[]
}

/** A run of the suite. */
export type ConformanceRun = {
  readonly subject: Subject
  /** The versions that VERSION lists. */
  readonly supportedVersions: readonly string[]
  readonly columns: readonly Column[]
  /** In the order of the cases, then of the columns. */
  readonly outcomes: readonly Outcome[]
  readonly kernel: string
  readonly startedAt: string
  readonly durationMs: number
}

/**
 * Runs the suite against a plugin, each case in namespaces of its own.
 * @throws CniError where it could not be run: no such plugin, no configuration, no root, no version in common.
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceRun> {
  if (process.getuid?.() !== 0)
    throw new CniError(CODE.ioFailure, 'conformance makes network namespaces: run it as root')
  const [startedAt, began] = [new Date().toISOString(), performance.now()]
  const subject = readSubject(options)
  const waivers = options.waivers === undefined ? [] : readWaivers(options.waivers)
  const cases = CASES.filter(({ id }) => isNamed(id, options.cases ?? []))
  if (cases.length === 0) throw new CniError(CODE.invalidConfiguration, `there is no case ${options.cases?.join(', ')}`)
  const claimed = await supportedVersions(subject)
  // A sandbox has its loopback before there is a network, so that no runtime asks Plexus for it.
  const inChain = (options.inChain ?? true) && subject.ifName !== 'lo'
  const columns = columnsOf(versionsToRun(claimed, options.versions, subject), inChain)
  const plan = planCases(cases, subject.kind, columns)
  options.observe?.({ kind: 'planned', subject, columns, total: plan.length })
  const workers = isolatedWorkers(options.worker, options.caseTimeoutMs ?? usualTimeoutMs())
  try {
    const outcomes = await runAll(plan, subject, workers, waivers, options)
    const { durationMs, kernel } = { durationMs: performance.now() - began, kernel: release() }
    return { subject, supportedVersions: claimed, columns, outcomes, kernel, startedAt, durationMs }
  } finally {
    workers.close()
  }
}

// A user-mode kernel takes ten times as long for everything.
function usualTimeoutMs(): number {
  return readFileSync('/proc/cpuinfo', 'utf8').includes('User Mode Linux') ? 300_000 : 90_000
}

function versionsToRun(
  claimed: readonly string[],
  asked: readonly string[] | undefined,
  { type }: Subject,
): CniVersion[] {
  const versions = CNI_VERSIONS.filter((version) => claimed.includes(version))
  for (const version of asked ?? [])
    if (!isCniVersion(version))
      throw new CniError(CODE.invalidConfiguration, `--cni-version ${version}: known are ${CNI_VERSIONS.join(', ')}`)
  const chosen = versions.filter((version) => asked?.includes(version) ?? true)
  if (chosen.length > 0) return chosen
  throw new CniError(
    CODE.incompatibleVersion,
    `${type} claims ${claimed.join(', ')}, and none of the versions asked for`,
  )
}

async function runAll(
  plan: readonly Planned[],
  subject: Subject,
  workers: Workers,
  waivers: readonly Waiver[],
  options: ConformanceOptions,
): Promise<readonly Outcome[]> {
  // What is said of every run is told when all have been run.
  const isStanding = ({ id }: Case): boolean => (STANDING_CASES as readonly string[]).includes(id)
  const first = plan.filter((planned) => !isStanding(planned.case))
  const last = plan.filter((planned) => isStanding(planned.case))
  const standing: { readonly column: Column; readonly finding: StandingFinding }[] = []
  const outcomes = new Map<Planned, Outcome>()
  const runOne = async (planned: Planned): Promise<void> => {
    const began = performance.now()
    const { case: one, column } = planned
    const answer = await workers.ask({ id: one.id, column, subject })
    standing.push(...answer.standing.map((finding) => ({ column, finding })))
    const beside = isStanding(one)
      ? standing.filter((other) => concerns(other, planned)).map(({ finding }) => finding)
      : []
    const verdict = withFindings(answer.verdict, beside)
    const waiver = verdict.kind === 'failed' ? waiverFor(waivers, one.id, column.version) : undefined
    const outcome: Outcome = {
      case: described(one),
      column,
      verdict,
      durationMs: performance.now() - began,
      leftRunning: answer.leftRunning,
      ...(waiver ? { waiver } : {}),
    }
    outcomes.set(planned, outcome)
    options.observe?.({ kind: 'ended', outcome })
  }
  const atOnce = options.atOnce ?? availableParallelism()
  await eachOf(first, atOnce, runOne)
  await eachOf(last, atOnce, runOne)
  return plan.flatMap((planned) => outcomes.get(planned) ?? [])
}

async function eachOf<T>(all: readonly T[], atOnce: number, run: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

function concerns(
  other: { readonly column: Column; readonly finding: StandingFinding },
  { case: one, column }: Planned,
): boolean {
  return other.finding.id === one.id && other.column.version === column.version
}

// A few say what all of them would.
const ENOUGH = 3

function withFindings(verdict: Verdict, beside: readonly Finding[]): Verdict {
  if (beside.length === 0) return verdict
  const own = verdict.kind === 'failed' ? verdict.findings : []
  const told = new Set(own.map(({ found }) => found))
  const others = beside.filter(({ found }) => !told.has(found) && told.add(found))
  return { kind: 'failed', findings: [...own, ...others].slice(0, Math.max(own.length, ENOUGH)) }
}

function described({ run: _, ...one }: Case): Omit<Case, 'run'> {
  return one
}

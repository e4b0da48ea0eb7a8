import { writeSync } from 'node:fs'
import { compare } from 'uvu/diff'

export * as assert from 'uvu/assert'

/** What a test file's process tells the runner, one JSON object a line on file descriptor 3. */
export type TestEvent =
  | { readonly kind: 'begin'; readonly title: string; readonly timeoutMs: number }
  | { readonly kind: 'pass'; readonly title: string }
  | { readonly kind: 'fail'; readonly title: string; readonly report: string }
  | { readonly kind: 'end'; readonly registered: number }

export type TestOptions = {
  /** Milliseconds after which the test counts as hanging; 60 000 unless given. */
  readonly timeoutMs?: number
}

type Test = { readonly title: string; readonly run: () => unknown; readonly timeoutMs: number }

const tests: Test[] = []
let started = false

/**
 * Registers a test; `test/run.ts` runs it after its file is loaded, one after another in the order of the file.
 * It fails when `run` throws, rejects or does not settle within `timeoutMs`.
 * Throws when the title is empty or already taken in this file.
 */
export function test(title: string, run: () => unknown, options: TestOptions = {}): void {
  if (title.trim() === '' || tests.some((other) => other.title === title)) {
    throw new Error(`a test's title must be given and be the only one in its file: '${title}'`)
  }
  tests.push({ title, run, timeoutMs: options.timeoutMs ?? 60_000 })
}

/** Runs the registered tests whose title contains `grep`, tells the runner of each, and gives the number that failed. */
export async function runTests(grep: string): Promise<number> {
  started = true
  let failed = 0
  for (const { title, run, timeoutMs } of tests.filter((candidate) => candidate.title.includes(grep))) {
    tell({ kind: 'begin', title, timeoutMs })
    try {
      await settle(run, timeoutMs)
      tell({ kind: 'pass', title })
    } catch (error) {
      failed += 1
      tell({ kind: 'fail', title, report: report(error) })
    }
  }
  tell({ kind: 'end', registered: tests.length })
  return failed
}

process.on('exit', () => {
  if (!started && tests.length > 0) {
    console.error('tests are run by test/run.ts: npx tsx test/run.ts FILE')
    process.exitCode = 1
  }
})

async function settle(run: () => unknown, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const hanging = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`still running after ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    await Promise.race([Promise.resolve().then(run), hanging])
  } finally {
    clearTimeout(timer)
  }
}

function tell(event: TestEvent): void {
  writeSync(3, `${JSON.stringify(event)}\n`)
}

function report(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`
  return [error.stack ?? error.message, difference(error), cause(error)].filter((part) => part !== '').join('\n')
}

function difference(error: Error): string {
  if (!('operator' in error) || String(error.operator).includes('not')) return ''
  if ('details' in error && typeof error.details === 'string' && error.details !== '') return error.details
  return 'actual' in error && 'expected' in error ? compare(error.actual, error.expected) : ''
}

function cause(error: Error): string {
  return error.cause === undefined ? '' : `caused by ${report(error.cause)}`
}

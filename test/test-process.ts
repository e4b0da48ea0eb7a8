import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { TestEvent } from './harness.ts'

export type Failure = { readonly title: string; readonly report: string }

/** What became of one test file: a fault of the file itself, such as having no test, is a failure titled as the file. */
export type FileOutcome = {
  readonly passed: readonly string[]
  readonly failures: readonly Failure[]
  /** What the process wrote on stdout and stderr. */
  readonly output: string
}

export type TestProcessOptions = {
  /** Only tests whose title contains this text are run. */
  readonly grep: string
  /** Runs the file by scripts/isolated.sh, in namespaces of its own. */
  readonly isolated: boolean
}

const LOADING_MS = 60_000
const GRACE_MS = 5_000
const program = fileURLToPath(new URL('run-file.ts', import.meta.url))
const isolation = fileURLToPath(new URL('../scripts/isolated.sh', import.meta.url))
const running = new Set<ChildProcess>()

/** Runs one test file (an absolute path) in a process group of its own and leaves none of its processes behind. */
export async function runTestFile(file: string, options: TestProcessOptions): Promise<FileOutcome> {
  const node = [process.execPath, '--import', 'tsx', program, file, options.grep]
  const [command = '', ...args] = options.isolated ? ['sh', isolation, ...node] : node
  const env = { ...process.env }
  // It costs Node 20 some 40 ms a start, and no test trusts the authorities it names.
  delete env['NODE_EXTRA_CA_CERTS']
  const child = spawn(command, args, { detached: true, env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  running.add(child)
  const output = collect(child)
  const record = watch(child, file)
  const ending = await ended(child)
  running.delete(child)
  return { passed: record.passed, failures: failuresOf(file, record, ending, options.grep), output: output.join('') }
}

/** Kills every test process that is running, with its children. */
export function killTestProcesses(): void {
  for (const child of running) killGroup(child)
}

type Record = {
  readonly passed: string[]
  readonly failures: Failure[]
  current: string
  hung: boolean
  registered: number | undefined
}

function watch(child: ChildProcess, file: string): Record {
  const record: Record = { passed: [], failures: [], current: '', hung: false, registered: undefined }
  let patience = giveUpAfter(LOADING_MS)
  function giveUpAfter(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      record.hung = true
      record.failures.push({ title: record.current || file, report: `hangs: killed after ${milliseconds} ms` })
      killGroup(child)
    }, milliseconds)
  }
  const events = createInterface({ input: child.stdio[3] as Readable })
  events.on('line', (line) => {
    const event = JSON.parse(line) as TestEvent
    take(record, event)
    clearTimeout(patience)
    patience = giveUpAfter(event.kind === 'begin' ? event.timeoutMs + GRACE_MS : LOADING_MS)
  })
  child.on('close', () => clearTimeout(patience))
  return record
}

function take(record: Record, event: TestEvent): void {
  record.current = event.kind === 'begin' ? event.title : ''
  if (event.kind === 'pass') record.passed.push(event.title)
  if (event.kind === 'fail') record.failures.push({ title: event.title, report: event.report })
  if (event.kind === 'end') record.registered = event.registered
}

function collect(child: ChildProcess): readonly string[] {
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  }
  return chunks
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    // What the tests left running holds the pipes open, and they would not close.
    child.on('exit', () => killGroup(child))
    child.on('close', (status, signal) => resolve(signal === null ? `exit status ${status}` : `signal ${signal}`))
  })
}

function failuresOf(file: string, record: Record, ending: string, grep: string): readonly Failure[] {
  if (record.hung) return record.failures
  if (record.registered === undefined) {
    const title = record.current || file
    return [...record.failures, { title, report: `the file's process died before its end: ${ending}` }]
  }
  if (record.registered === 0) return [{ title: file, report: 'has no test' }]
  const ran = record.passed.length + record.failures.length
  if (grep === '' && ran < record.registered) {
    return [...record.failures, { title: file, report: `ran only ${ran} of its ${record.registered} tests` }]
  }
  return record.failures
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group is gone already, which is what is wanted.
  }
}

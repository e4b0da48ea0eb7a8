import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type FileOutcome, killTestProcesses, runTestFile } from './test-process.ts'

// tsx test/run.ts [--room ROOM] [--grep TEXT] [--titles] [--coverage] [FILE…]
//
// Every test file runs in a process of its own. The last line is always 'N passed, N failed'; the exit status is 1
// when a test fails, a file has no test or dies, or no file is found.

type TestFile = { readonly path: string; readonly name: string; readonly room: string }
type Ran = { readonly file: TestFile; readonly outcome: FileOutcome }

/** The rooms whose tests make interfaces and mounts, and so run where they can harm nothing and nothing disturbs them. */
const ISOLATED_ROOMS: readonly string[] = ['agent', 'cli', 'cluster', 'engine', 'host', 'node']
const COVERAGE = 'coverage/raw'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    room: { type: 'string' },
    grep: { type: 'string', default: '' },
    titles: { type: 'boolean', default: false },
    coverage: { type: 'boolean', default: false },
  },
})
const testFolder = fileURLToPath(new URL('.', import.meta.url))

process.exitCode = await main()

async function main(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      killTestProcesses()
      process.exit(130)
    })
  }
  if (options.coverage) {
    rmSync(COVERAGE, { recursive: true, force: true })
    process.env['NODE_V8_COVERAGE'] = resolve(COVERAGE)
  }
  const ran = await runAll(chosenFiles())
  for (const { file, outcome } of ran) printFailures(file, outcome)
  printRooms(ran)
  if (options.coverage) reportCoverage()
  const passed = sum(ran, (outcome) => outcome.passed.length)
  const failed = sum(ran, (outcome) => outcome.failures.length)
  if (passed + failed === 0) console.log('no test was found')
  console.log(`${passed} passed, ${failed} failed`)
  return failed > 0 || passed === 0 ? 1 : 0
}

function chosenFiles(): readonly TestFile[] {
  const paths = positionals.length > 0 ? positionals.map((path) => resolve(path)) : allTestFiles()
  return paths.map(testFile).filter(({ room }) => options.room === undefined || room === options.room)
}

function allTestFiles(): readonly string[] {
  const names = readdirSync(testFolder, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => resolve(testFolder, name))
}

function testFile(path: string): TestFile {
  const name = relative(testFolder, path)
  const [room = ''] = name.split(sep)
  return { path, name, room: room === name ? '.' : room }
}

async function runAll(files: readonly TestFile[]): Promise<readonly Ran[]> {
  const alone = files.filter(isAlone)
  const together = files.filter((file) => !isAlone(file))
  return [...(await runSome(together, availableParallelism())), ...(await runSome(alone, 1))]
}

function isAlone({ name, room }: TestFile): boolean {
  return room === 'node' || name.endsWith('.serial.test.ts')
}

async function runSome(files: readonly TestFile[], atOnce: number): Promise<readonly Ran[]> {
  const waiting = [...files]
  const ran: Ran[] = []
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const isolated = ISOLATED_ROOMS.includes(file.room)
      const outcome = await runTestFile(file.path, { grep: options.grep, isolated })
      ran.push({ file, outcome })
      printFile(file, outcome)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return ran
}

function printFile(file: TestFile, { passed, failures }: FileOutcome): void {
  if (options.grep !== '' && passed.length + failures.length === 0) return
  const failed = failures.length > 0 ? `, ${failures.length} failed` : ''
  console.log(`${failures.length > 0 ? 'FAIL' : 'ok  '} ${file.name}: ${passed.length} passed${failed}`)
  if (options.titles) for (const title of passed) console.log(`       ${title}`)
}

function printFailures(file: TestFile, { failures, output }: FileOutcome): void {
  if (failures.length === 0) return
  for (const { title, report } of failures) console.log(`\n✘ ${file.name}\n  ${title}\n${indent(report)}`)
  if (output.trim() !== '') console.log(`\n  what ${file.name} printed:\n${indent(output.trimEnd())}`)
}

function printRooms(ran: readonly Ran[]): void {
  const rooms = [...new Set(ran.map(({ file }) => file.room))].sort()
  console.log('\ntests by room:')
  for (const room of rooms) {
    const here = ran.filter(({ file }) => file.room === room)
    const count = sum(here, ({ passed, failures }) => passed.length + failures.length)
    console.log(`  ${room.padEnd(10)} ${String(count).padStart(5)}`)
  }
}

function reportCoverage(): void {
  const args = ['report', '--temp-directory', COVERAGE, '--reports-dir', 'coverage', '--reporter', 'text']
  spawnSync('npx', ['c8', ...args, '--reporter', 'html', '--all', '--include', 'src/**'], { stdio: 'inherit' })
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ')
}

function sum(ran: readonly Ran[], count: (outcome: FileOutcome) => number): number {
  return ran.reduce((total, { outcome }) => total + count(outcome), 0)
}

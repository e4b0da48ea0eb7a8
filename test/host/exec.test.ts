import { closeSync, copyFileSync, existsSync, openSync, readFileSync } from 'node:fs'
import type { PluginOutcome, PluginRun } from '../../src/cni/index.ts'
import { assert, test } from '../harness.ts'
import { livesAs } from './processes.ts'
import { plugin, runtimes } from './runtimes.ts'
import { inTemporaryFolder } from './temporary.ts'

const PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

for (const [runtime, run] of runtimes) {
  test(`B5: under ${runtime}, a plugin gets the stdin and the environment of the call, and the mark of this process`, async () => {
    const stdin = JSON.stringify({ name: 'nétwork', filler: 'x'.repeat(300_000) })
    const outcome = await run(runOf('echo', { env: { PATH, CNI_COMMAND: 'ADD', CNI_ARGS: '' }, stdin }))
    const lines = outcome.stdout.split('\n')
    assert.equal(lines.filter((line) => line.includes('=') && !line.startsWith('PWD=')).map(withoutIdentity), [
      'CNI_ARGS=',
      'CNI_COMMAND=ADD',
      `PATH=${PATH}`,
      'PLEXUS_PROCESS=pid:start:boot',
    ])
    assert.is(lines.at(-1), stdin)
    assert.is(outcome.stderr, 'stderr of echo\n')
    assert.equal(outcome.end, { kind: 'exited', status: 0 })
    assert.ok(outcome.durationMs > 0)
  })

  test(`B5: under ${runtime}, a plugin leads a process group of its own and ignores no signal`, async () => {
    const { stdout } = await run(runOf('echo'))
    assert.match(stdout, 'leader: yes')
    assert.match(stdout, /SigIgn:\s0000000000000000\n/)
  })

  test(`B5: under ${runtime}, a plugin that hangs is ended with what it started, SIGTERM before SIGKILL`, () =>
    inTemporaryFolder(async (folder) => {
      const pids = `${folder}/pids`
      const outcome = await run(runOf('hang', { env: { PATH, HANG_PIDS: pids }, timeoutMs: 500 }))
      assert.equal(outcome.end, { kind: 'timed-out' })
      assert.is(outcome.stdout, 'begun\n')
      assert.match(outcome.stderr, 'asked to end')
      assert.equal(pidsIn(pids).map(livesAs), [undefined, undefined])
    }))

  test(`B5, F2: under ${runtime}, what a plugin that was killed had started ends before anything else is run`, () =>
    inTemporaryFolder(async (folder) => {
      const outcome = await run(runOf('die-amid', { env: { PATH, ENDED: `${folder}/ended` } }))
      assert.equal(outcome.end, { kind: 'signalled', signal: 'SIGKILL' })
      assert.ok(existsSync(`${folder}/ended`))
    }))

  test(`B5: under ${runtime}, what a plugin started may undo its work after the SIGTERM`, () =>
    inTemporaryFolder(async (folder) => {
      const undone = `${folder}/undone`
      const outcome = await run(runOf('hang-politely', { env: { PATH, UNDONE: undone }, timeoutMs: 500 }))
      assert.equal(outcome.end, { kind: 'timed-out' })
      assert.is(readFileSync(undone, 'utf8'), 'undone\n')
    }))

  test(`B5: under ${runtime}, a process left behind with the plugin's stdout open holds nobody up`, () =>
    inTemporaryFolder(async (folder) => {
      const pid = `${folder}/pid`
      const outcome = await run(runOf('hold-stdout', { env: { PATH, HOLD_PID: pid } }))
      const [held] = pidsIn(pid) as [number]
      assert.is(livesAs(held), 'sleep')
      process.kill(held, 'SIGKILL')
      assert.equal(outcome.end, { kind: 'exited', status: 3 })
      assert.is(outcome.stdout, 'result\n')
    }))

  test(`B5: under ${runtime}, a plugin that prints without end is ended at 16 MiB`, async () => {
    const outcome = await run(runOf('flood'))
    assert.equal(outcome.end, { kind: 'output-too-long', limitBytes: 16 * 1024 * 1024 })
    assert.is(outcome.stdout.length, 16 * 1024 * 1024)
    assert.is(outcome.stderr, 'flooding\n')
  })

  test(`B5: under ${runtime}, stdout and stderr are read at once, and the last 64 KiB of stderr are kept`, async () => {
    const outcome = await run(runOf('chatter'))
    assert.equal(outcome.end, { kind: 'exited', status: 0 })
    assert.is(outcome.stdout, 'o'.repeat(1024 * 1024))
    const last = 'the last line\n'
    assert.is(outcome.stderr, `${'e'.repeat(64 * 1024 - last.length)}${last}`)
  })

  test(`B5: under ${runtime}, a plugin that does not read its stdin is judged by its exit status`, async () => {
    const outcome = await run(runOf('close-stdin', { stdin: 'x'.repeat(1024 * 1024) }))
    assert.equal(outcome.end, { kind: 'exited', status: 0 })
    assert.is(outcome.stdout, 'unread\n')
  })

  for (const signal of ['KILL', 'SEGV', 'TERM'])
    test(`B5: under ${runtime}, a plugin killed by SIG${signal} is told apart from one that exits`, async () => {
      const outcome = await run(runOf('die', { stdin: `${signal}\n` }))
      assert.equal(outcome.end, { kind: 'signalled', signal: `SIG${signal}` })
    })

  const unstartable = {
    missing: 'no such file or directory',
    'no-interpreter': 'no such file or directory (the interpreter of its first line?)',
    'no-format': 'exec format error',
    'not-executable': 'permission denied',
  }
  for (const [name, reason] of Object.entries(unstartable))
    test(`B5: under ${runtime}, a plugin that cannot be started says why: ${name}`, async () => {
      assert.equal((await run(runOf(name))).end, { kind: 'not-started', reason })
    })

  test(`B5: under ${runtime}, a program given by name is looked for on the PATH it is given`, () =>
    inTemporaryFolder(async (folder) => {
      const named = (PATH: string) => run({ path: 'plugin-by-name', env: { PATH }, stdin: '', timeoutMs: 30_000 })
      copyFileSync('/bin/true', `${folder}/plugin-by-name`)
      assert.equal((await named(`/nowhere:${folder}`)).end, { kind: 'exited', status: 0 })
      assert.equal((await named('/nowhere')).end, { kind: 'not-started', reason: 'no such file or directory' })
    }))

  test(`B3a: under ${runtime}, a plugin that is being replaced is run once it is whole`, () =>
    whileBeingReplaced(async (path, replaced) => {
      const outcome = run({ ...runOf('echo'), path })
      setTimeout(replaced, 700)
      assert.equal((await outcome).end, { kind: 'exited', status: 0 })
    }))

  test(`B3a: under ${runtime}, a plugin that stays open for writing is an error, not a success that ran nothing`, () =>
    whileBeingReplaced(async (path) => {
      const outcome: PluginOutcome = await run({ ...runOf('echo'), path })
      assert.equal(outcome.end, { kind: 'not-started', reason: 'text file busy' })
    }))
}

function runOf(name: string, given: Partial<PluginRun> = {}): PluginRun {
  return { path: plugin(name), env: { PATH }, stdin: '', timeoutMs: 30_000, ...given }
}

function withoutIdentity(line: string): string {
  return line.replace(/=\d+:\d+:[-\da-f]{36}$/, '=pid:start:boot')
}

async function whileBeingReplaced(use: (path: string, replaced: () => void) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/plugin`
    copyFileSync('/bin/true', path)
    let writer: number | undefined = openSync(path, 'r+')
    const replaced = (): void => {
      if (writer !== undefined) closeSync(writer)
      writer = undefined
    }
    await use(path, replaced)
    replaced()
  })
}

function pidsIn(path: string): readonly number[] {
  return readFileSync(path, 'utf8').trim().split(' ').map(Number)
}

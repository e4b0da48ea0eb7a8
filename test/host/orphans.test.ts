import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { hostExec } from '../../src/host/exec.ts'
import { endOrphans, runningDelegates } from '../../src/host/orphans.ts'
import { assert, test } from '../harness.ts'
import { livesAs } from './processes.ts'
import { plugin } from './runtimes.ts'
import { startScript } from './scripts.ts'
import { inTemporaryFolder } from './temporary.ts'

test('F3: what a killed Plexus left running for a container is found, that of another container is not', () =>
  inTemporaryFolder(async (root) => {
    const pids = await leftBehind('one', root)
    assert.equal([...runningDelegates('one')].filter((pid) => pids.includes(pid)).sort(), [...pids].sort())
    assert.equal(runningDelegates('two'), [])
    assert.equal(runningDelegates(''), [])
    assert.ok((await endOrphans('one', 0)).length >= pids.length)
    assert.equal(pids.map(livesAs), [undefined, undefined])
    assert.equal(await endOrphans('one', 0), [])
  }))

test('F3: the delegate of a Plexus that lives is no orphan', () =>
  inTemporaryFolder(async (root) => {
    const env = { PATH: '/usr/bin:/bin', CNI_COMMAND: 'ADD', CNI_CONTAINERID: 'one', FOLDER: root }
    const run = hostExec().run({ path: plugin('work-on'), env, stdin: '', timeoutMs: 10_000 })
    while (!existsSync(`${root}/begun`)) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.equal(runningDelegates('one'), [])
    assert.equal(await endOrphans('one', 0), [])
    assert.equal((await run).end, { kind: 'exited', status: 0 })
  }))

test('F3: an orphan that ends by itself in time is not killed', () =>
  inTemporaryFolder(async (root) => {
    const { process: plexus } = startScript('bun', 'killed-plexus.ts', `${root}/locks`, 'one', 'work-on', root)
    while (!existsSync(`${root}/begun`)) await new Promise((resolve) => setTimeout(resolve, 10))
    await killed(plexus)
    assert.equal(await endOrphans('one', 10_000), [])
    assert.ok(existsSync(`${root}/ended`))
  }))

// The processes of the plugin `hang`, whose Plexus is dead.
async function leftBehind(container: string, root: string): Promise<readonly number[]> {
  const { process: plexus } = startScript('bun', 'killed-plexus.ts', `${root}/locks`, container, 'hang', root)
  while (!existsSync(`${root}/pids`)) await new Promise((resolve) => setTimeout(resolve, 10))
  await killed(plexus)
  return readFileSync(`${root}/pids`, 'utf8').trim().split(' ').map(Number)
}

function killed(process: ChildProcess): Promise<unknown> {
  process.kill('SIGKILL')
  return once(process, 'exit')
}

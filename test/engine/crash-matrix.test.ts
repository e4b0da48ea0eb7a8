import { readFileSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { AFTERWARDS, type Crash, type KilledVerb, onStage, type Stage } from './crash-run.ts'
import * as scenarios from './crash-scenarios.ts'
import type { Step } from './kill-steps.ts'
import { recorder } from './plexus.ts'

// Every step is killed of ADD and DEL with 0, 1 and 3 definitions. Where a delegate fails, every fourth is, beginning
// with another one for each place of that delegate, so that every kind of step has its turn.
const EVERY = 4
const FAILURE = 140
const DOCUMENT = new URL('../../docs/crash-matrix.md', import.meta.url)
const TIME = { timeoutMs: 240_000 }

type Table = { readonly title: string; readonly crashes: readonly Crash[] }
const tables: Table[] = []

scenarios.makeUplink()

for (const scenario of [scenarios.NO_DEFINITION, scenarios.ONE_DEFINITION, scenarios.THREE_DEFINITIONS])
  for (const verb of ['ADD', 'DEL'] as const)
    test(
      `F3, A6: killed at any step of ${verb} and deleted, a pod leaves nothing and can be added again (pains 5 and 7): ${scenario.title}`,
      () =>
        onStage(scenario, async (stage) => {
          const crashes = await crashAt(stage, verb, await stage.steps(verb))
          tables.push({ title: `${verb} with ${scenario.title}`, crashes })
          assert.equal(crashes.filter(({ ended }) => ended.some((one) => one !== 'ok')).map(inWords), [])
        }),
      TIME,
    )

for (const [place, where] of scenarios.PLACES.entries()) {
  test(
    `F2, F3: with a delegate of ${where} that fails ADD, nothing is left, whether or not ADD is killed as well`,
    () =>
      onStage(scenarios.withPluginAt(place, recorder('', { fail: 'ADD' })), async (stage) => {
        assert.is((await stage.call('ADD')).json.code, FAILURE)
        assert.equal(stage.left(), [])
        const crashes = await crashAt(stage, 'ADD', sample(await stage.steps('ADD'), place))
        tables.push({ title: `ADD that fails in ${where}`, crashes })
        const expected = AFTERWARDS.map((verb) => (verb === 'ADD' ? `error ${FAILURE}` : 'ok'))
        for (const { ended } of crashes) assert.equal(ended, expected)
      }),
    TIME,
  )

  test(
    `A6, F3: with a delegate of ${where} that fails DEL once, the next DEL leaves nothing, whether or not DEL is killed as well (pain 5)`,
    () =>
      onStage(scenarios.withPluginAt(place, { type: 'fail-once' }), async (stage) => {
        const crashes = await crashAt(stage, 'DEL', sample(await stage.steps('DEL'), place))
        tables.push({ title: `DEL that fails once in ${where}`, crashes })
        for (const { ended } of crashes) {
          const [first, ...others] = ended
          assert.ok(first === 'ok' || first === `error ${FAILURE}`, first)
          assert.equal(others, ['ok', 'ok', 'ok'])
        }
      }),
    TIME,
  )
}

test('F3: docs/crash-matrix.md says at which steps calls were killed, and what came of it', () => {
  console.log(tables.map(table).join('\n\n'))
  const text = document()
  if (process.env['UPDATE_DOCS']) writeFileSync(DOCUMENT, text)
  assert.is(readFileSync(DOCUMENT, 'utf8'), text)
})

async function crashAt(stage: Stage, verb: KilledVerb, steps: readonly Step[]): Promise<readonly Crash[]> {
  const crashes: Crash[] = []
  for (const step of steps) crashes.push(await stage.crash(verb, step))
  assert.equal(crashes.filter(({ left }) => left.length > 0).map(inWords), [])
  return crashes
}

function sample(steps: readonly Step[], first: number): readonly Step[] {
  return steps.filter((_step, index) => index % EVERY === first)
}

function inWords({ step, ended, left }: Crash): string {
  return `killed ${step.where}: ${ended.join(', ')}; left: ${left.join(', ') || 'nothing'}`
}

function document(): string {
  const heads = ['call', 'kills', 'clean']
  const clean = (crashes: readonly Crash[]): number => crashes.filter(({ left }) => left.length === 0).length
  const rows = tables.map(({ title, crashes }) => [title, `${crashes.length}`, `${clean(crashes)}`])
  return `# The crash matrix

Made by \`test/engine/crash-matrix.test.ts\`, which every test run repeats in full: \`dist/plexus\` is killed by SIGKILL,
by \`strace\`, as it enters a system call that changes something: the folders, links and files it makes, the delegates
it starts, what it prints, and the first call after a delegate was started or has ended. Then DEL, DEL, ADD and DEL of
the same container follow. After each DEL the test looks for interfaces, addresses of \`host-local\`, routes, nftables
and iptables rules, journal and lock files, in the host and in the sandbox. \`UPDATE_DOCS=1 npm test\` writes this page
anew, and the test fails where it no longer says what happens.

Of ADD and DEL with 0, 1 and 3 definitions every step is killed; where a delegate fails as well, every fourth.

${markdown(heads, rows)}

${tables.map(table).join('\n\n')}
`
}

function table({ title, crashes }: Table): string {
  const rows = crashes.map(({ step, journal, ended, left }) => [
    step.where,
    journal,
    ...ended,
    left.join(', ') || 'nothing',
  ])
  return `## ${title}\n\n${markdown(['killed …', 'the journal says', ...AFTERWARDS, 'left'], rows)}`
}

function markdown(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

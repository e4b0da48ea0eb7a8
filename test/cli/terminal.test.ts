import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { bridge, definition, PLEXUS, pod, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { withFiles } from './command.ts'

// Clears the screen, names the window, and turns the direction of what follows.
const HOSTILE = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e'
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are looked for
const OWN_STYLES = /\u001b\[(?:0|1|31|32|33|36)m/g
// Tabs and line ends are no harm.
const OBEYED = /(?![\t\r\n])[\p{Cc}\u202a-\u202e]/u

/** What a command prints on a terminal and to a pipe, standard error included. */
function printed(args: readonly string[]): readonly string[] {
  const line = [PLEXUS, ...args].map((word) => `'${word}'`).join(' ')
  const env = { ...process.env, TERM: 'xterm' }
  return [`script -qec "${line}" /dev/null`, `${line} 2>&1`].map(
    (command) => spawnSync('sh', ['-c', command], { encoding: 'utf8', env }).stdout,
  )
}

function assertHarmless(args: readonly string[]): void {
  for (const text of printed(args)) {
    assert.match(text, /\\u001b/, args.join(' '))
    assert.not.match(text.replaceAll(OWN_STYLES, ''), OBEYED, args.join(' '))
  }
}

test('A7, H2, H3: what definitions and pods are called cannot drive the terminal, whatever is printed of them', async () => {
  const config = { ...bridge(66), [`is${HOSTILE}`]: true, bridge: HOSTILE }
  const files = {
    'lan.json': definition('lan', config),
    'pod.json': pod('web', 'lan'),
    'named.json': definition(HOSTILE, bridge(67)),
    'asks.json': pod('asks', HOSTILE),
  }
  await withFiles(files, (folder) => {
    for (const output of ['text', 'json', 'github', 'sarif']) assertHarmless(['validate', folder, '--output', output])
    for (const output of ['text', 'json'])
      assertHarmless(['explain', '-f', `${folder}/lan.json`, '-f', `${folder}/pod.json`, '--output', output])
    assertHarmless(['explain', '-f', `${folder}/asks.json`])
  })
})

test('A7, H4, H4a: nor can what the journal holds of a container', async () => {
  await withNode({ delegates: [bridge(68)] }, async (node) => {
    node.apply(pod('web'))
    assert.is((await node.call('ADD', { containerId: 'web' })).status, 0)
    const path = `${node.folder}/state/plexus/web.json`
    const journal = readFileSync(path, 'utf8')
    writeFileSync(path, journal.replaceAll('"bridge68"', JSON.stringify(`bridge68${HOSTILE}`)))
    for (const output of ['text', 'json']) {
      assertHarmless(['ls', '--cni-dir', `${node.folder}/state`, '--output', output])
      assertHarmless(['show', 'web', '--cni-dir', `${node.folder}/state`, '--output', output])
    }
    writeFileSync(path, journal)
    assert.is((await node.call('DEL', { containerId: 'web' })).status, 0)
  })
})

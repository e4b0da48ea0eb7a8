import { spawnSync } from 'node:child_process'
import { assert, test } from '../harness.ts'
import { plexus } from './command.ts'

// What every sequence of a terminal begins with.
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[`)

/** The commands that `plexus --help` lists. */
function commands(): readonly string[] {
  const { stdout } = plexus(['--help'])
  return [...stdout.matchAll(/^ {2}([a-z]+) (?:\[|<| )/gm)].map(([, name = '']) => name)
}

/** What bash would complete a line to, with the script that the executable prints. */
function completed(...words: readonly string[]): readonly string[] {
  const script = `${plexus(['completion', 'bash']).stdout}
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _plexus; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', 'plexus', ...words], { encoding: 'utf8' })
  assert.is(stderr, '')
  return stdout.split('\n').filter((line) => line !== '')
}

test('H7: the help of every command fits 80 columns, and that of the program has examples', () => {
  const all = commands()
  assert.ok(all.length >= 12, all.join())
  for (const args of [[], ...all.map((name) => [name])]) {
    const { status, stdout } = plexus([...args, '--help'])
    assert.is(status, 0)
    const long = stdout.split('\n').filter((line) => line.length > 80)
    assert.equal(long, [], args.join())
  }
  for (const name of ['validate', 'explain', 'ls', 'show', 'check', 'gc', 'doctor', 'migrate', 'webhook', 'completion'])
    assert.match(plexus([name, '--help']).stdout, /\nExamples:\n {2}/, name)
})

test('H7: bash completes commands, options, and the values of options', () => {
  assert.equal(completed('val'), ['validate'])
  assert.equal([...completed('')].filter((word) => !word.startsWith('-')).sort(), [...commands()].sort())
  assert.equal(completed('gc', '--dr'), ['--dry-run'])
  assert.equal(completed('explain', '--output', ''), ['text', 'json', 'mermaid'])
  assert.equal(completed('validate', '-o', 's'), ['sarif'])
  assert.equal(completed('completion', ''), ['bash', 'zsh', 'fish'])
  assert.equal(completed('validate', '/etc/host').includes('/etc/hostname'), true)
})

test('H7: zsh and fish are told of every command and every option', () => {
  const [zsh, fish] = ['zsh', 'fish'].map((shell) => plexus(['completion', shell]).stdout)
  for (const name of commands().filter((one) => one !== 'help')) {
    assert.ok(zsh?.includes(`    '${name}:`), `zsh ${name}`)
    assert.ok(fish?.includes(` -a ${name} -d '`), `fish ${name}`)
    const options = [...plexus([name, '--help']).stdout.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)].map(
      ([, option]) => option,
    )
    for (const option of options) {
      assert.ok(zsh?.includes(`--${option}`), `zsh --${option}`)
      assert.ok(fish?.includes(`seen_subcommand_from ${name}' -l ${option} `), `fish ${name} --${option}`)
    }
  }
  assert.is(plexus(['completion', 'tcsh']).status, 2)
})

test('H7: colours come on a terminal only, and not with NO_COLOR', () => {
  const onTerminal = (env: string) =>
    spawnSync(
      'script',
      ['-qec', `env ${env} ${new URL('../../dist/plexus', import.meta.url).pathname} doctor`, '/dev/null'],
      {
        encoding: 'utf8',
        env: { ...process.env, TERM: 'xterm' },
      },
    ).stdout
  assert.match(onTerminal('A=1'), COLOUR)
  assert.not.match(onTerminal('NO_COLOR=1'), COLOUR)
  assert.not.match(onTerminal('TERM=dumb'), COLOUR)
  assert.not.match(plexus(['doctor'], { env: { TERM: 'xterm' } }).stdout, COLOUR)
})

test('H7: what is wrong is said behind plexus:, a line for a program, broken between words on a terminal', () => {
  const args = ['show', 'nobody', '--cni-dir', '/var/lib/cni/a-folder-with-quite-a-long-name']
  const { status, stderr } = plexus(args)
  assert.is(status, 2)
  assert.match(stderr, /^plexus: no container "nobody" in .* lists those there are\n$/)
  const command = `stty cols 60; ${new URL('../../dist/plexus', import.meta.url).pathname} ${args.join(' ')}`
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' })
  assert.is(stdout.replaceAll(/\s+/g, ' ').trim(), stderr.trim())
  assert.ok(stdout.split('\r\n').filter((line) => line !== '').length > 1, stdout)
  assert.match(
    plexus(['valdate']).stderr,
    /^plexus: unknown command 'valdate'\n\(Did you mean validate\?\)\nplexus --help/,
  )
})

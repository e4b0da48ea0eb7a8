import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { plexus } from './command.ts'

const PAGE = plexus(['manual']).stdout

/** The page as man shows it on a terminal of 80 columns, and what it was warned of. */
function shown(): { readonly lines: readonly string[]; readonly warnings: string } {
  const { stdout, stderr } = spawnSync('groff', ['-man', '-ww', '-Tascii', '-P-cbou', '-rLL=78n', '-rHY=0', '-dAD=l'], {
    input: PAGE,
    encoding: 'utf8',
  })
  return { lines: stdout.split('\n'), warnings: stderr }
}

/** A text without what the layout did to it. */
function words(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

test('H7: the manual page is formatted without a warning, and fits 80 columns', () => {
  const { lines, warnings } = shown()
  assert.is(warnings, '')
  assert.ok(lines.length > 200)
  assert.equal(
    lines.filter((line) => line.length > 80),
    [],
  )
})

test('H7: the manual page has every command, option and example of --help, word for word', () => {
  const page = words(shown().lines.join('\n'))
  const commands = [...plexus(['--help']).stdout.matchAll(/^ {2}([a-z]+) (?:\[|<| )/gm)].map(([, name = '']) => name)
  assert.ok(commands.length > 12)
  for (const command of commands.filter((name) => name !== 'help')) {
    assert.match(page, `plexus ${command} `)
    const { stdout } = plexus([command, '--help'])
    const flags = [...stdout.matchAll(/^ {2}((?:-\w, )?--[\w-]+(?: <[^>]+>)?)/gm)].map(([, flag = '']) => flag)
    for (const flag of flags.filter((one) => !one.includes('--help')))
      assert.ok(page.includes(flag), `${command} ${flag}`)
    const examples = stdout.split('\nExamples:\n')[1]?.split('\n\n')[0] ?? ''
    assert.ok(page.includes(words(examples.trim())), examples)
  }
})

test('H7: the page that the npm package installs is the one that the executable prints', () => {
  assert.is(readFileSync(new URL('../../dist/plexus.1', import.meta.url), 'utf8'), PAGE)
})

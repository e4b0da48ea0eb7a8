import { readFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { type MessageTemplate, messageTemplates } from './message-templates.ts'

type Row = { readonly anchor: string; readonly text: string; readonly meaning: string; readonly section: string }

const SECTIONS: Readonly<Record<string, string>> = {
  'In a document': 'document',
  'In the log': 'log',
  'On the command line': 'command',
}
const PAGE = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8')

function rows(): readonly Row[] {
  return PAGE.split(/^## /m)
    .slice(1)
    .flatMap((part) => {
      const [heading = ''] = part.split('\n')
      const section = SECTIONS[heading] ?? heading.slice(0, heading.indexOf(':'))
      return [...part.matchAll(/^\| <a id="(.+?)"><\/a>`(.+?)` +\| (.*?) +\|$/gm)].map(
        ([, anchor = '', text = '', meaning = '']) => ({ anchor, text, meaning, section }),
      )
    })
}

/** The anchor of a message, but for the number of one that is there already: where it stands, and its first words. */
function anchorOf({ section, text }: Pick<MessageTemplate, 'section' | 'text'>): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return [section, ...words.slice(0, 9)].join('-')
}

const keyOf = ({ section, text }: Pick<MessageTemplate, 'section' | 'text'>) => `${section} | ${text}`

test('A4: every message of the sources stands in docs/troubleshooting.md under its code, and the page has no other', () => {
  const [written, said] = [rows(), messageTemplates()]
  assert.ok(said.length > 200)
  const missing = said.filter((one) => !written.some((row) => keyOf(row) === keyOf(one)))
  const rowsToAdd = missing.map(
    (one) => `## ${one.section}, of src/${one.file}\n| <a id="${anchorOf(one)}"></a>\`${one.text}\` | … |`,
  )
  assert.equal(rowsToAdd, [], 'rows to add to docs/troubleshooting.md')
  const stale = written.filter((row) => !said.some((one) => keyOf(row) === keyOf(one)))
  assert.equal(stale.map(keyOf), [], 'rows of messages that nothing prints any more')
})

test('A4: every message has an anchor of its own, and says what it means and what to do', () => {
  const anchors = rows().map(({ anchor }) => anchor)
  assert.equal(
    anchors.map((anchor) => anchor.replace(/-\d+$/, '')),
    rows().map((row) => anchorOf(row).replace(/-\d+$/, '')),
  )
  assert.is(new Set(anchors).size, anchors.length)
  assert.is(rows().length, PAGE.match(/^\| <a /gm)?.length)
  assert.equal(
    rows().filter(({ meaning }) => meaning.length < 6),
    [],
  )
})

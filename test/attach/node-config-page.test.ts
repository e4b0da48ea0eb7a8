import { readFileSync } from 'node:fs'
import { readNodeConfig } from '../../src/attach/node-config.ts'
import { nodeConfigSchema } from '../../src/attach/schemas.ts'
import { assert, test } from '../harness.ts'

/** A row of docs/configuration.md; `defaults` by the type of the configuration, none where the page names none. */
type Row = { readonly key: string; readonly defaults: Readonly<Record<string, unknown>> }

const PAGE = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')

function rows(): readonly Row[] {
  return [...PAGE.matchAll(/^\| `(\w+)` +\| (.*?) *\|/gm)].map(([, key = '', cell = '']) => ({
    key,
    defaults: defaultsIn(cell),
  }))
}

// `threaded`; under type `multus`: `isolated`
function defaultsIn(cell: string): Readonly<Record<string, unknown>> {
  const [, plexus, multus] = /^(?:`(.*?)`)?(?:; under type `multus`: `(.*?)`)?$/.exec(cell) ?? []
  assert.ok(cell === '' || plexus !== undefined, `no default: ${cell}`)
  return { plexus: defaultOf(plexus), multus: defaultOf(multus ?? plexus) }
}

function defaultOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

test('D1: docs/configuration.md has a row for every key of the schema, once, and for no other', () => {
  const keys = rows().map(({ key }) => key)
  assert.equal([...keys].sort(), Object.keys(nodeConfigSchema.properties).sort())
})

test('D1: every default in docs/configuration.md is the one that is read, and none is left out', () => {
  for (const type of ['plexus', 'multus']) {
    // Multus' type is the only key that has to be written for its defaults.
    const config = { name: 'n', clusterNetwork: 'net', ...(type === 'plexus' ? {} : { type }) }
    const read = readNodeConfig(config).config as unknown as Readonly<Record<string, unknown>>
    const given = rows().filter(
      ({ key }) => !['name', 'clusterNetwork'].includes(key) && !(type === 'multus' && key === 'type'),
    )
    assert.equal(
      Object.fromEntries(given.map(({ key, defaults }) => [key, defaults[type]])),
      Object.fromEntries(given.map(({ key }) => [key, read[key]])),
      type,
    )
  }
})

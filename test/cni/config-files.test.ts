import {
  type CniError,
  configFiles,
  firstNetworkFile,
  folderPlugins,
  networkFile,
  networkFileNamed,
} from '../../src/cni/index.ts'
import { fakeFiles } from '../attach/fake-files.ts'
import { refusal } from '../attach/refusal.ts'
import { assert, test } from '../harness.ts'

const list = (name: string, type = 'a', keys: object = {}) => JSON.stringify({ name, plugins: [{ type }], ...keys })
const plugin = (name: string, type = 'a') => JSON.stringify({ name, type })
const inFolder = (files: Readonly<Record<string, string>>) =>
  fakeFiles(Object.fromEntries(Object.entries(files).map(([name, text]) => [`/d/${name}`, text])))
const never = (fault: CniError) => assert.unreachable(fault.msg)
const types = (plugins: readonly { readonly type: string }[]) => plugins.map(({ type }) => type)

test('B1: files are taken in bytewise order, hidden ones too, by their exact ending', () => {
  const names = [
    'a.conflist',
    '9.conflist',
    '10.conflist',
    'B.conflist',
    '.conf',
    '.hidden.json',
    'ä.conf',
    '\uff00.conf',
    '😀.conf',
    'C.CONFLIST',
    'conflist',
    'x.conflist.bak',
    'y.conf~',
    'sub/z.conf',
  ]
  assert.equal(
    configFiles(inFolder(Object.fromEntries(names.map((name) => [name, '']))), '/d'),
    // A string comparison of JavaScript's would have the last two the other way round.
    [
      '.conf',
      '.hidden.json',
      '10.conflist',
      '9.conflist',
      'B.conflist',
      'a.conflist',
      'ä.conf',
      '\uff00.conf',
      '😀.conf',
    ].map((name) => `/d/${name}`),
  )
})

test('B1: a folder that does not exist has no networks', () => {
  assert.equal(configFiles(fakeFiles(), '/d'), [])
  assert.is(firstNetworkFile(fakeFiles(), '/d', never), undefined)
  assert.is(networkFileNamed(fakeFiles(), '/d', 'net', never), undefined)
})

test('B1: the first valid file of any ending wins, and those passed over are told with their fault', () => {
  const files = inFolder({
    '00.conflist': '{',
    '01.conf': plugin('no/name'),
    '02.json': JSON.stringify({ name: 'n', type: 'a', cniVersion: '9.9.9' }),
    '03.conf': plugin('third'),
    '04.conflist': list('fourth'),
  })
  const passedOver: string[] = []
  const found = firstNetworkFile(files, '/d', ({ code, msg }) => passedOver.push(`${code} ${msg.slice(0, 14)}`))
  assert.is(found?.path, '/d/03.conf')
  assert.is(found?.list.name, 'third')
  assert.equal(passedOver, ['6 /d/00.conflist', '7 /d/01.conf: na', '1 /d/02.json: cn'])
})

test('B1: a network is found by its name in the lists before the single configurations', () => {
  const files = inFolder({
    '00.conf': plugin('net', 'single'),
    '01.json': plugin('other', 'json'),
    '98.conflist': list('different'),
    '99.conflist': list('net', 'listed'),
  })
  assert.is(networkFileNamed(files, '/d', 'net', never)?.path, '/d/99.conflist')
  assert.equal(types(networkFileNamed(files, '/d', 'other', never)?.list.plugins ?? []), ['json'])
  assert.is(networkFileNamed(files, '/d', 'none', never), undefined)
})

test('B1: a broken file of another network is in nobody’s way, a broken one of the name is the answer', () => {
  const files = inFolder({ '00.conflist': 'x', '01.conflist': list('net'), '02.conf': JSON.stringify({ name: 'bad' }) })
  const passedOver: string[] = []
  assert.is(networkFileNamed(files, '/d', 'net', ({ msg }) => passedOver.push(msg))?.path, '/d/01.conflist')
  assert.equal(passedOver.length, 1)
  assert.match(passedOver[0] ?? '', /^\/d\/00\.conflist is not JSON/)
  assert.match(
    refusal(() => networkFileNamed(files, '/d', 'bad', () => undefined)),
    /^7 \/d\/02\.conf: plugins: is missing/,
  )
})

test('B1: a list gets the plugins of its sub-folder, *.conf only, in bytewise order behind its own', () => {
  const files = inFolder({
    '10.conflist': list('net', 'inlined'),
    'net/b.conf': JSON.stringify({ type: 'second', big: 1 }),
    'net/a.conf': JSON.stringify({ type: 'first' }),
    'net/c.json': JSON.stringify({ type: 'json' }),
    'net/d.conflist': list('net', 'list'),
    'other/a.conf': JSON.stringify({ type: 'stranger' }),
  })
  assert.equal(networkFile(files, '/d/10.conflist').list.plugins, [
    { type: 'inlined' },
    { type: 'first' },
    { type: 'second', big: 1 },
  ])
})

test('B1: a list may take all of its plugins from its sub-folder', () => {
  const files = inFolder({ '10.conflist': '{"name":"net"}', 'net/a.conf': '{"type":"first"}' })
  assert.equal(types(networkFile(files, '/d/10.conflist').list.plugins), ['first'])
})

test('B1: a relative path has its sub-folder beside it', () => {
  const files = fakeFiles({ '10.conflist': list('net', 'inlined'), './net/a.conf': '{"type":"first"}' })
  assert.equal(types(networkFile(files, '10.conflist').list.plugins), ['inlined', 'first'])
})

test('B1: loadOnlyInlinedPlugins, and a single configuration, leave the sub-folder alone', () => {
  const files = inFolder({
    '10.conflist': list('net', 'inlined', { loadOnlyInlinedPlugins: true }),
    '20.conf': plugin('net', 'single'),
    'net/a.conf': '{"type":"never"}',
  })
  assert.equal(types(networkFile(files, '/d/10.conflist').list.plugins), ['inlined'])
  assert.equal(types(networkFile(files, '/d/20.conf').list.plugins), ['single'])
})

for (const [what, files, said] of [
  [
    'no plugin anywhere',
    { '10.conflist': '{"name":"net"}' },
    '7 /d/10.conflist: plugins: is missing, and /d/net/ has none',
  ],
  [
    'an empty chain, though there is a sub-folder',
    { '10.conflist': '{"name":"net","plugins":[]}', 'net/a.conf': '{"type":"a"}' },
    '7 /d/10.conflist: plugins: is an empty list; a network needs at least one plugin',
  ],
  [
    'only inlined plugins and none of them',
    { '10.conflist': '{"name":"net","loadOnlyInlinedPlugins":true}', 'net/a.conf': '{"type":"a"}' },
    "7 /d/10.conflist: plugins: is missing; a network needs 'plugins' (a list) or 'type'",
  ],
  [
    'a broken plugin in its sub-folder',
    { '10.conflist': list('net'), 'net/a.conf': '{"type":1}' },
    '7 /d/net/a.conf: type: must be a string',
  ],
  ['text in its sub-folder', { '10.conflist': list('net'), 'net/a.conf': 'type: a' }, '6 /d/net/a.conf is not JSON'],
  [
    'a name that leads out of the folder',
    { '10.conflist': list('../net'), '../net/a.conf': '{"type":"a"}' },
    '7 /d/10.conflist: name: "../net" has characters that are not allowed',
  ],
  ['a file that is gone', {}, '5 /d/10.conflist: no such file'],
] as const)
  test(`A7: a list with ${what} is refused with its file`, () => {
    const refused = refusal(() => networkFile(inFolder(files), '/d/10.conflist'))
    assert.is(refused.slice(0, said.length), said)
  })

test('B1: no folder is read for a name that is none', () => {
  assert.equal(folderPlugins(fakeFiles({ '/x/a.conf': '{"type":"a"}' }), '/d/10.conflist', '../x'), [])
})

import { type JsonObject, networkList, parseJsonObject } from '../../src/cni/index.ts'
import { refusal } from '../attach/refusal.ts'
import { assert, test } from '../harness.ts'

const PLUGIN = { type: 'bridge' }
const listOf = (keys: JsonObject) => networkList({ name: 'net', cniVersion: '1.0.0', plugins: [PLUGIN], ...keys }, 'f')

test('B1: a list is its name, its version and its plugins as they were written', () => {
  const plugins = [{ type: 'a', ipam: { type: 'b', own: [1] }, x: null }, { type: 'c' }]
  assert.equal(networkList({ name: 'net', cniVersion: '0.4.0', plugins, other: 1 }, 'f'), {
    name: 'net',
    cniVersion: '0.4.0',
    plugins,
    disableCheck: false,
    disableGC: false,
    loadOnlyInlinedPlugins: false,
  })
})

test('B1: a single plugin is a list of one that keeps the whole object, its list-level keys not lifted', () => {
  const single = { name: 'net', cniVersion: '0.3.1', type: 'bridge', disableCheck: true, disableGC: true, x: {} }
  assert.equal(networkList(single, 'f'), {
    name: 'net',
    cniVersion: '0.3.1',
    plugins: [single],
    disableCheck: false,
    disableGC: false,
    loadOnlyInlinedPlugins: true,
  })
})

for (const key of ['disableCheck', 'disableGC', 'loadOnlyInlinedPlugins'] as const) {
  for (const [written, meant] of [
    [true, true],
    [false, false],
    ['true', true],
    ['TRUE', true],
    ['False', false],
  ] as const)
    test(`B1: ${key} ${JSON.stringify(written)} means ${meant}`, () => {
      assert.is(listOf({ [key]: written })[key], meant)
    })
  for (const written of ['yes', '', ' true', 1, null, []])
    test(`A7: ${key} ${JSON.stringify(written)} is refused`, () => {
      assert.is(
        refusal(() => listOf({ [key]: written })),
        `7 f: ${key}: must be true or false`,
      )
    })
}

for (const [cniVersion, cniVersions, negotiated] of [
  [undefined, undefined, '0.1.0'],
  ['', undefined, '0.1.0'],
  ['0.4.0', undefined, '0.4.0'],
  ['0.4.0', ['0.3.1', '1.0.0'], '1.0.0'],
  ['1.1.0', ['0.4.0', '1.0.0'], '1.1.0'],
  [undefined, ['0.3.1', '0.4.0'], '0.4.0'],
  ['0.4.0', ['2.0.0', '1.0.0', '0.10.0'], '1.0.0'],
  ['2.0.0', ['1.0.0'], '1.0.0'],
  ['0.4.0', ['1.0', 'v1.1.0'], '0.4.0'],
  ['0.3.1', [], '0.3.1'],
  [undefined, [], '0.1.0'],
] as const)
  test(`B1: of cniVersion ${cniVersion} and cniVersions ${JSON.stringify(cniVersions)} comes ${negotiated}`, () => {
    const keys = { ...(cniVersion === undefined ? {} : { cniVersion }), ...(cniVersions ? { cniVersions } : {}) }
    assert.is(networkList({ name: 'net', plugins: [PLUGIN], ...keys }, 'f').cniVersion, negotiated)
  })

for (const [what, keys, named] of [
  ['an unknown cniVersion', { cniVersion: '2.0.0' }, '2.0.0'],
  ['one and an empty cniVersions', { cniVersion: '2.0.0', cniVersions: [] }, '2.0.0'],
  ['unknown cniVersions', { cniVersion: '', cniVersions: ['2.0.0', '3.0.0'] }, '2.0.0, 3.0.0'],
] as const)
  test(`A2: a list that offers only ${what} is refused with the supported versions`, () => {
    assert.match(
      refusal(() => listOf(keys)),
      `1 f: cniVersion "${named}" is not supported; supported are 0.1.0, 0.2.0,`,
    )
  })

for (const [what, text, said] of [
  ['no name', '{"plugins":[{"type":"a"}]}', 'name: is missing'],
  ['a name of another type', '{"name":1,"plugins":[{"type":"a"}]}', 'name: must be a string'],
  ['a name in capitals', '{"NAME":"n","plugins":[{"type":"a"}]}', 'name: is missing'],
  ['an empty name', '{"name":"","plugins":[{"type":"a"}]}', 'name: "" is empty'],
  [
    'a name that is a path',
    '{"name":"../n","type":"a"}',
    'name: "../n" has characters that are not allowed; it must match',
  ],
  ['a version of another type', '{"name":"n","cniVersion":1,"type":"a"}', 'cniVersion: must be a string'],
  ['a version that is null', '{"name":"n","cniVersion":null,"type":"a"}', 'cniVersion: must be a string'],
  ['versions that are a text', '{"name":"n","cniVersions":"1.0.0","type":"a"}', 'cniVersions: must be a list'],
  [
    'a version among others that is none',
    '{"name":"n","cniVersions":["1.0.0",1],"type":"a"}',
    'cniVersions[1]: must be a string',
  ],
  ['neither plugins nor type', '{"name":"n"}', "plugins: is missing; a network needs 'plugins' (a list) or 'type'"],
  ['plugins that are null', '{"name":"n","plugins":null}', 'plugins: must be a list'],
  ['plugins that are an object', '{"name":"n","plugins":{"type":"a"}}', 'plugins: must be a list'],
  ['an empty chain', '{"name":"n","plugins":[]}', 'plugins: is an empty list; a network needs at least one plugin'],
  ['a plugin that is a text', '{"name":"n","plugins":[{"type":"a"},"b"]}', 'plugins[1]: must be an object'],
  ['a plugin without type', '{"name":"n","plugins":[{"type":"a"},{}]}', 'plugins[1].type: is missing'],
  ['an empty type', '{"name":"n","plugins":[{"type":""}]}', 'plugins[0].type: must not be empty'],
  ['a type of another type', '{"name":"n","type":[]}', 'type: must be a string'],
  [
    'a capability that is a text',
    '{"name":"n","plugins":[{"type":"a","capabilities":{"mac":"true"}}]}',
    'plugins[0].capabilities.mac: must be true or false',
  ],
  [
    'a capability of an odd name',
    '{"name":"n","type":"a","capabilities":{"a b":1}}',
    'capabilities["a b"]: must be true or false',
  ],
  ['an ipam that is a text', '{"name":"n","type":"a","ipam":"host-local"}', 'ipam: must be an object'],
  ['an ipam type that is a number', '{"name":"n","type":"a","ipam":{"type":1}}', 'ipam.type: must be a string'],
  [
    'a name server that is a number',
    '{"name":"n","type":"a","dns":{"nameservers":["a",1]}}',
    'dns.nameservers[1]: must be a string',
  ],
  ['a prevResult that is a list', '{"name":"n","type":"a","prevResult":[]}', 'prevResult: must be an object'],
  ['a runtimeConfig that is a text', '{"name":"n","type":"a","runtimeConfig":""}', 'runtimeConfig: must be an object'],
  [
    '101 levels',
    `{"name":"n","type":"a","x":${'['.repeat(100)}${']'.repeat(100)}}`,
    'is nested too deeply: more than 100 levels',
  ],
] as const)
  test(`A7: a network with ${what} is refused with the path at fault`, () => {
    const refused = refusal(() => networkList(parseJsonObject(text, 'f'), 'f'))
    assert.is(refused.slice(0, said.length + 5), `7 f: ${said}`)
  })

test('A7: of several mistakes the first is the message and the others are the details', () => {
  try {
    networkList({ name: 1, plugins: [{ type: 2 }, {}] }, 'f')
    assert.unreachable()
  } catch (fault) {
    assert.equal((fault as { details?: string }).details?.split('\n').length, 2)
  }
})

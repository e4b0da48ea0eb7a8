import { mergePatch, withCniArgsMerged } from '../../src/attach/merge-cni-args.ts'
import {
  isJsonObject,
  type Json,
  type JsonObject,
  networkList,
  type PluginConfig,
  parseJsonObject,
  toJson,
} from '../../src/cni/index.ts'
import { assert, test } from '../harness.ts'
import { fc } from '../property.ts'
import { anyJson, jsonObject } from './json-values.ts'
import { refusal } from './refusal.ts'

function argsOf(plugins: readonly JsonObject[], cniArgs: JsonObject) {
  const network = networkList({ name: 'n', cniVersion: '1.0.0', plugins }, 'test')
  return withCniArgsMerged(network, cniArgs).plugins.map((plugin) => plugin['args'])
}

test('C5: cni-args go over the args.cni of every plugin, and what they do not name stays', () => {
  const plugins = [
    { type: 'bridge', args: { cni: { color: 'red', mtu: 1, nested: { kept: 1, gone: 2 } }, other: { x: 1 } } },
    { type: 'tuning' },
    { type: 'sbr', args: null },
    { type: 'portmap', args: { cni: null } },
  ]
  const added = { color: 'blue', nested: { gone: null } }
  assert.equal(argsOf(plugins, added), [
    { cni: { color: 'blue', mtu: 1, nested: { kept: 1 } }, other: { x: 1 } },
    { cni: { color: 'blue', nested: {} } },
    { cni: { color: 'blue', nested: {} } },
    { cni: { color: 'blue', nested: {} } },
  ])
})

test('C5: merging changes neither the network nor the rest of a plugin, and keeps every digit', () => {
  const text = '{"name":"n","type":"bridge","id":12345678901234567890,"args":{"cni":{"a":98765432109876543210}}}'
  const network = networkList(parseJsonObject(text, 'test'), 'test')
  const merged = withCniArgsMerged(network, parseJsonObject('{"b":11111111111111111111}', 'test'))
  const { args, ...rest } = merged.plugins[0] as PluginConfig
  assert.is(toJson(args ?? {}), '{"cni":{"a":98765432109876543210,"b":11111111111111111111}}')
  assert.is(toJson(rest), '{"name":"n","type":"bridge","id":12345678901234567890}')
  assert.is(toJson(network.plugins[0] ?? {}), text)
})

for (const [args, said] of [
  ['text', 'plugin bridge: args: must be an object, to merge cni-args into; it is a string'],
  [[1], 'plugin bridge: args: must be an object, to merge cni-args into; it is a list'],
  [{ cni: 7 }, 'plugin bridge: args.cni: must be an object, to merge cni-args into; it is a number'],
] as const) {
  test(`C5: cni-args cannot be merged into a plugin’s args ${JSON.stringify(args)}`, () => {
    assert.is(
      refusal(() => argsOf([{ type: 'bridge', args }], {})),
      `7 ${said}`,
    )
  })
}

// RFC 7396, Appendix A: original, patch, result.
const RFC_CASES: readonly (readonly [Json, Json, Json])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
]

for (const [original, patch, result] of RFC_CASES) {
  test(`C5: RFC 7396: ${toJson(original)} patched with ${toJson(patch)} is ${toJson(result)}`, () => {
    assert.equal(mergePatch(original, patch), result)
  })
}

test('C5: RFC 7396 holds at every key, whatever keys there are, and nothing is changed in place', () => {
  fc.assert(
    fc.property(jsonObject(anyJson), jsonObject(anyJson), (original, patch) => {
      const before = toJson([original, patch])
      const merged = mergePatch(original, patch)
      assert.is(toJson([original, patch]), before)
      assert.ok(isJsonObject(merged))
      for (const key of new Set([original, patch, merged].flatMap((object) => Object.keys(object)))) {
        const [was, asked, is] = [original, patch, merged].map((object) => own(object, key))
        const expected = asked === undefined ? was : asked === null ? undefined : mergePatch(was, asked)
        // As text: the assertion library compares an object with a key "constructor" by what that holds.
        assert.is(toJson({ is: is ?? 'none' }), toJson({ is: expected ?? 'none' }))
      }
    }),
  )
})

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

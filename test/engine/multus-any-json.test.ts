import { type JsonObject, parseCachedAttachment, toJson } from '../../src/cni/index.ts'
import { filledIn } from '../../src/engine/multus-config.ts'
import { parseScratch } from '../../src/engine/multus-scratch.ts'
import { anyJson, jsonObject } from '../attach/json-values.ts'
import { isAnswered } from '../attach/refusal.ts'
import { assert, test } from '../harness.ts'
import { fc } from '../property.ts'

const bytes = anyJson.map((value) => Buffer.from(toJson(value)).toString('base64'))
const keyed = (keys: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.record(keys, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>

test('F6, A7: any JSON in place of a scratch file is read or refused, and nothing else', () => {
  const list = keyed({ Bytes: bytes, Plugins: fc.array(keyed({ Bytes: bytes })) })
  const delegate = keyed({
    Name: anyJson,
    Bytes: fc.oneof(bytes, anyJson),
    Conf: anyJson,
    ConfList: anyJson,
    CNINetworkConfigList: fc.oneof(list, anyJson),
    ifnameRequest: anyJson,
    ipRequest: anyJson,
  })
  const scratch = fc.oneof(anyJson, fc.array(fc.oneof(delegate, anyJson)))
  fc.assert(fc.property(scratch, (value) => isAnswered(() => parseScratch(toJson(value as JsonObject), 'it'))))
})

test('F6, A7: any JSON in place of a file of libcni’s cache is read or refused, and nothing else', () => {
  const name = fc.constantFrom('net', 'c1', '../x', '')
  const entry = keyed({
    kind: fc.constantFrom('cniCacheV1', 'v2'),
    containerId: name,
    networkName: name,
    ifName: name,
    config: fc.oneof(bytes, anyJson),
    cniArgs: anyJson,
    capabilityArgs: anyJson,
    result: anyJson,
  })
  fc.assert(
    fc.property(fc.oneof(entry, anyJson), (value) =>
      isAnswered(() => parseCachedAttachment(toJson(value as JsonObject), 'it')),
    ),
  )
})

test('F6, B6a: a configuration that is whole is not changed by a copy of it that lacks keys', () => {
  fc.assert(
    fc.property(jsonObject(anyJson), fc.string(), ({ type: _, plugins: __, ...config }, key) => {
      const { [key]: ___, ...less } = config
      assert.equal(toJson(sorted(filledIn(config, less))), toJson(sorted(config)))
      assert.equal(toJson(sorted(filledIn(less, config))), toJson(sorted(config)))
    }),
  )
})

function sorted(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

import type { Json, JsonObject } from '../../src/cni/index.ts'
import { fc } from '../property.ts'

const SPECIAL_KEYS = ['constructor', 'prototype', '__proto__', 'hasOwnProperty', 'toString']

/** Any JSON value, keys that JavaScript treats specially among them. */
export const anyJson: fc.Arbitrary<Json> = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, '', 'x', 0, -1, 1.5, 65_536),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: jsonObject(tie('value')),
})).value

/** Objects of any keys and of some given ones. */
export function jsonObject(values: fc.Arbitrary<Json>, keys: readonly string[] = []): fc.Arbitrary<JsonObject> {
  const names = fc.oneof(fc.constantFrom('a', 'b', ...SPECIAL_KEYS, ...keys), fc.string())
  return fc.array(fc.tuple(names, values), { maxLength: 6 }).map((entries) => Object.fromEntries(entries))
}

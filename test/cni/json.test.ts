import { isJsonObject, parseJson, parseJsonObject, toJson } from '../../src/cni/index.ts'
import { refusal } from '../attach/refusal.ts'
import { assert, test } from '../harness.ts'
import { fc } from '../property.ts'
import { anyJsonText, saySame } from './json-texts.ts'

for (const [text, said] of [
  ['', 'is empty; expected JSON'],
  ['{"a":\n  x}', "is not JSON: Object value expected after ':' (line 2, column 3)"],
  [
    '{"a":1',
    "is not JSON: Quoted object key or end of object '}' expected but reached end of input (line 1, column 7)",
  ],
  ['{"a":1}}', "is not JSON: Expected end of input but got '}' (line 1, column 8)"],
  ['{"a":1} {"b":2}', "is not JSON: Expected end of input but got '{' (line 1, column 9)"],
  ['[\n\n1,]', "is not JSON: Array item expected but got ']' (line 3, column 3)"],
  ['\ufeff{}', "is not JSON: JSON value expected but got '\ufeff' (line 1, column 1)"],
  ['\u0000\u0001', "is not JSON: JSON value expected but got '\\u0000' (line 1, column 1)"],
  ['"a\nb"', "is not JSON: Invalid character '\\u000a' (line 1, column 3)"],
  ['\u009b31m', "is not JSON: JSON value expected but got '\\u009b' (line 1, column 1)"],
  ['01', "is not JSON: Expected end of input but got '1' (line 1, column 2)"],
  ["{'a':1}", "is not JSON: Quoted object key expected but got ''' (line 1, column 2)"],
] as const)
  test(`A7: the text ${JSON.stringify(text)} is refused in one line with line and column`, () => {
    assert.is(
      refusal(() => parseJson(text, 'it')),
      `6 it ${said}`,
    )
  })

for (const [what, nested] of [
  ['lists', (levels: number) => '['.repeat(levels) + ']'.repeat(levels)],
  ['objects', (levels: number) => `${'{"a":'.repeat(levels)}1e99${'}'.repeat(levels)}`],
] as const)
  test(`A7: ${what} are read 200 levels deep, and refused from there on however deep they are`, () => {
    assert.is(toJson(parseJson(nested(200), 'it')), nested(200))
    for (const levels of [201, 5000, 200_000])
      assert.is(
        refusal(() => parseJson(nested(levels), 'it')),
        '6 it is nested too deeply: more than 200 levels',
      )
  })

test('A7: brackets that are never closed are refused, however many they are', () => {
  for (const levels of [100, 1_000_000])
    assert.match(
      refusal(() => parseJson('['.repeat(levels), 'it')),
      /^6 it is n/,
    )
})

for (const [text, kind] of [
  ['[]', 'a list'],
  ['null', 'null'],
  ['"a"', 'a string'],
  ['1', 'a number'],
  ['12345678901234567890', 'a number'],
  ['true', 'a boolean'],
] as const)
  test(`A7: ${text} in place of an object is refused as ${kind}`, () => {
    assert.is(
      refusal(() => parseJsonObject(text, 'it')),
      `6 it is ${kind}; expected a JSON object`,
    )
  })

for (const [written, meant] of [
  ['9007199254740993', '9007199254740993'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['18446744073709551615', '18446744073709551615'],
  ['0.12345678901234567890', '0.12345678901234567890'],
  ['1e400', '1e400'],
  ['1e-400', '1e-400'],
  ['1E5', '100000'],
  ['1.50', '1.5'],
  ['1e3', '1000'],
] as const)
  test(`B6a: the number ${written} keeps its value`, () => {
    assert.is(toJson(parseJson(`[${written}]`, 'it')), `[${meant}]`)
  })

test('B6a: any JSON is written as what it was read as, with every key and every digit', () => {
  fc.assert(
    fc.property(anyJsonText, (text) => {
      assert.ok(saySame(toJson(parseJson(text, 'it')), text))
    }),
    { numRuns: 500 },
  )
})

test('B6a: of a key that stands twice the last one counts, with exact numbers or without', () => {
  for (const one of ['1', '1e400']) assert.is(toJson(parseJson(`{"a":[${one}],"b":0,"a":{}}`, 'it')), '{"a":{},"b":0}')
})

test('B6a: an object that looks like the reader’s own numbers stays an object', () => {
  const text = '{"isLosslessNumber":true,"value":"x","n":1e400}'
  const value = parseJson(text, 'it')
  assert.ok(isJsonObject(value))
  assert.is(toJson(value), text)
})

test('B6a: an indented text says the same', () => {
  assert.is(toJson({ a: [1], b: {} }, 2), '{\n  "a": [\n    1\n  ],\n  "b": {}\n}')
})

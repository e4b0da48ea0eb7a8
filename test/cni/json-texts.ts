import { isDeepStrictEqual } from 'node:util'
import { parse } from 'lossless-json'
import { fc } from '../property.ts'

const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength }).map((all) => all.join(''))

const whole = digits(1, 30).map((text) => text.replace(/^0+(?=\d)/, ''))

/** Numbers as an author may write them: past 2^53, with fractions and exponents, past what a double holds. */
export const numberText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('0', '1.50', '9007199254740993', '-9223372036854775808', '18446744073709551615', '1e400', '5E-400'),
  fc
    .tuple(
      fc.constantFrom('', '-'),
      whole,
      fc.oneof(
        fc.constant(''),
        digits(1, 20).map((text) => `.${text}`),
      ),
      fc.oneof(
        { weight: 3, arbitrary: fc.constant('') },
        fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), digits(1, 3)).map((pair) => pair.join('')),
      ),
    )
    .map((parts) => parts.join('')),
)

const SPECIAL_KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'toJSON', 'isLosslessNumber', '', '0']

const keyText: fc.Arbitrary<string> = fc
  .oneof(fc.constantFrom(...SPECIAL_KEYS), fc.string(), fc.string({ unit: 'binary' }))
  .map((key) => JSON.stringify(key))

const { value, object } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false'),
    numberText,
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 4 }).map((all) => `[${all.join(',')}]`),
    tie('object'),
  ),
  object: objectText(keyText, tie('value')),
}))

/** The text of any JSON value. */
export const anyJsonText: fc.Arbitrary<string> = value

/** The text of any JSON object. */
export const anyObjectText: fc.Arbitrary<string> = object

/** The texts of objects that have some of the given keys, each with a fitting value or with any other. */
export function objectTextLike(values: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> {
  const members = Object.entries(values).map(([key, fitting]) =>
    fc
      .option(fc.oneof({ weight: 4, arbitrary: fitting }, anyJsonText))
      .map((text) => member(JSON.stringify(key), text)),
  )
  return fc.tuple(...members, anyObjectText).map((parts) => {
    const others = (parts.at(-1) ?? '').slice(1, -1)
    return `{${[others, ...parts.slice(0, -1)].filter((part) => part !== '').join(',')}}`
  })
}

/** The text of a list of up to three. */
export function listText(entries: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.array(entries, { maxLength: 3 }).map((all) => `[${all.join(',')}]`)
}

/** The text of one of some texts, as JSON. */
export function oneOfTexts(...texts: readonly string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...texts).map((text) => JSON.stringify(text))
}

/** Whether two JSON texts say the same, their numbers compared by all of their significant digits. */
export function saySame(one: string, other: string): boolean {
  return [exactValue, roughValue].every((read) => isDeepStrictEqual(read(one), read(other)))
}

function objectText(keys: fc.Arbitrary<string>, values: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .uniqueArray(fc.tuple(keys, values), { maxLength: 5, selector: ([key]) => key })
    .map((entries) => `{${entries.map(([key, text]) => `${key}:${text}`).join(',')}}`)
}

function member(key: string, text: string | null): string {
  return text === null ? '' : `${key}:${text}`
}

function exactValue(text: string): unknown {
  return parse(text, undefined, { parseNumber: significant, onDuplicateKey: ({ newValue }) => newValue })
}

// The exact reader is what is tested, too: what it does wrong both ways, the engine's own sees. It tells -0 from 0.
function roughValue(text: string): unknown {
  return JSON.parse(text, (_, read) => (read === 0 ? 0 : read))
}

function significant(number: string): string {
  const [, sign = '', before = '', after = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? []
  const all = `${before}${after}`.replace(/^0+/, '')
  const kept = all.replace(/0+$/, '')
  return kept === ''
    ? 'number 0'
    : `number ${sign}${kept}e${Number(exponent) - after.length + all.length - kept.length}`
}

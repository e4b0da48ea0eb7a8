import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { anyJsonText } from '../cni/json-texts.ts'
import { fc } from '../property.ts'

const CORPUS = fileURLToPath(new URL('corpus', import.meta.url))
// What separates a text's parts, and what is most likely to be read as something else.
const TOKENS = /("(?:[^"\\]|\\.)*"|[[\]{},:@/;=]|\s+)/
const HOSTILE = [
  ...['', 'null', '-0', '1e999', '9007199254740993', '[]', '{}', '""', '"\\u0000"', '"__proto__":{}', '"constructor"'],
  ...['\0', '\n', '\u001b[2J', '\u009b', '\u2028', '\ud800', '../', '%2e', '//', ',', '@', ':', '"', '['.repeat(300)],
]

/** The texts that a target's corpus begins with: one of each kind it takes, and every finding there was. */
export function corpusOf(target: string): readonly string[] {
  return readdirSync(`${CORPUS}/${target}`).map((name) => readFileSync(`${CORPUS}/${target}/${name}`, 'utf8'))
}

/** Texts made of those of a corpus by some edits each, and texts of any JSON and of anything. */
export function textsNear(corpus: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(),
    length: fc.constantFrom(0, 1, 1, 2, 4),
    put: fc.oneof(fc.constantFrom(...HOSTILE), anyJsonText, fc.string({ unit: 'binary', maxLength: 8 })),
    copied: fc.option(fc.nat()),
  })
  const edited = fc
    .tuple(fc.constantFrom(...corpus), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([text, edits]) => {
      const parts = text.split(TOKENS).filter((part) => part !== '')
      for (const { at, length, put, copied } of edits)
        parts.splice(at % (parts.length + 1), length, copied === null ? put : (parts[copied % parts.length] ?? put))
      return parts.join('')
    })
  return fc.oneof({ weight: 8, arbitrary: edited }, anyJsonText, fc.string({ unit: 'binary' }))
}

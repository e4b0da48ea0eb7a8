import { assert, test } from '../harness.ts'
import { fc } from '../property.ts'
import { corpusOf, textsNear } from './inputs.ts'
import { type FuzzTarget, TARGETS } from './targets.ts'

const WHAT: Readonly<Record<keyof typeof TARGETS, string>> = {
  config: 'A7, D3: any text as a node configuration',
  definition: 'A7, B6a: any text as a definition',
  annotation: 'A7, C1: any text as an annotation',
  result: "A7, B5, B7: any text as a delegate's result",
  journal: 'F3: any text as a journal',
  begin: 'G2: any text as a request that begins a call',
  end: 'G2: any text as a request that ends a call',
}

for (const [name, target] of Object.entries(TARGETS) as readonly [keyof typeof TARGETS, FuzzTarget][]) {
  test(`${WHAT[name]} is read, or refused in one printable line`, () => {
    const corpus = corpusOf(name)
    assert.ok(corpus.some((text) => target(text) === 'read'))
    for (const text of corpus) target(text)
    fc.assert(
      fc.property(textsNear(corpus), (text) => {
        target(text)
      }),
      { numRuns: 1_000 },
    )
  })
}

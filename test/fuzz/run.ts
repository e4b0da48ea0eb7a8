import { fc } from '../property.ts'
import { corpusOf, textsNear } from './inputs.ts'
import { TARGETS } from './targets.ts'

// npm run fuzz [-- SECONDS [TARGET…]]
//
// Fuzzes each target for some seconds (60 unless given). An input that gets an answer none before it got joins those
// that further ones are made of. One that breaks a promise is made as small as it can be and printed; it belongs into
// test/fuzz/corpus/<target>/, with the fix.

type TargetName = keyof typeof TARGETS

const ROUND_MS = 2_000
const MOST_IN_CORPUS = 500
const [seconds = '60', ...chosen] = process.argv.slice(2)
const names = Object.keys(TARGETS).filter((name) => chosen.length === 0 || chosen.includes(name)) as TargetName[]

process.exitCode = names.filter((name) => hasFinding(name, Number(seconds) * 1_000)).length > 0 ? 1 : 0

function hasFinding(name: TargetName, ms: number): boolean {
  const corpus = [...corpusOf(name)]
  const answers = new Set<string>()
  let runs = 0
  const end = Date.now() + ms
  while (Date.now() < end) {
    const found = fc.check(
      fc.property(textsNear(corpus), (text) => {
        runs += 1
        const answer = TARGETS[name](text)
        if (answers.has(answer)) return
        answers.add(answer)
        if (corpus.length < MOST_IN_CORPUS) corpus.push(text)
      }),
      {
        seed: Math.floor(Math.random() * 2 ** 31),
        numRuns: Number.MAX_SAFE_INTEGER,
        interruptAfterTimeLimit: ROUND_MS,
      },
    )
    if (!found.failed || found.counterexample === null) continue
    console.log(`${name}: after ${runs} runs: ${JSON.stringify(found.counterexample[0])}`)
    console.log(found.errorInstance)
    return true
  }
  console.log(`${name.padEnd(10)} ${runs} runs, ${answers.size} different answers, no promise broken`)
  return false
}

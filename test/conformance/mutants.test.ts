import { assert, test } from '../harness.ts'
import { DEFECTS } from './mutants/defects.ts'
import { openWorkshop } from './mutation.ts'

const workshop = openWorkshop()
process.on('exit', workshop.close)

test('I2: there are at least forty mutants, each of one defect', () => {
  assert.ok(Object.keys(DEFECTS).length >= 40)
})

for (const name of Object.keys(DEFECTS))
  test(
    `I2: a plugin that ${name.replaceAll('-', ' ')} is caught, and by nothing that has no business with it`,
    async () => {
      const { caughtBy, missedBy, strangers } = await workshop.mutation(name)
      assert.equal(
        { missedBy, strangers },
        { missedBy: [], strangers: [] },
        `caught by ${caughtBy.join(', ') || 'none'}`,
      )
    },
    { timeoutMs: 120_000 },
  )

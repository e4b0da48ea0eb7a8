import { type Clock, isPassing, KubeError, retried } from '../../src/cluster/index.ts'
import { assert, test } from '../harness.ts'

/** A clock that only waiting moves, and what was waited. */
function fakeClock(random: number): Clock & { readonly waits: readonly number[] } {
  const waits: number[] = []
  return {
    waits,
    now: () => waits.reduce((sum, ms) => sum + ms, 0),
    delay: async (ms) => {
      waits.push(ms)
    },
    random: () => random,
  }
}

const failing = async (): Promise<never> => {
  throw new KubeError('no', { status: 503 })
}

for (const [random, waits] of [
  [0, [100, 200, 400, 800, 1600, 2500, 2500]],
  [1, [200, 400, 800, 1600, 3200]],
] as const)
  test(`C14: pauses grow, up to a bound, by more or less chance (${random}), and none goes beyond the deadline`, async () => {
    const clock = fakeClock(random)
    const fault = await retried(failing, { until: 9_000, pauseAfter: () => 0, clock }).catch((error) => error)
    assert.is(fault.message, 'no')
    assert.equal(clock.waits, waits)
  })

test('C14: as long is waited as the server asks for, and each try is told how long there is left', async () => {
  const clock = fakeClock(0)
  const left: number[] = []
  const step = async (leftMs: number): Promise<string> => {
    left.push(leftMs)
    return left.length < 3 ? failing() : 'done'
  }
  assert.is(await retried(step, { until: 9_000, pauseAfter: () => 3_000, clock }), 'done')
  assert.equal(
    [left, clock.waits],
    [
      [9_000, 6_000, 3_000],
      [3_000, 3_000],
    ],
  )
})

test('C14: a failure that is final, and one whose pause would be too long, is thrown at once', async () => {
  for (const pause of [undefined, 9_000]) {
    const clock = fakeClock(0)
    await retried(failing, { until: 9_000, pauseAfter: () => pause, clock }).then(assert.unreachable, () => undefined)
    assert.equal(clock.waits, [])
  }
})

test('C14: worth another try is no answer, a time-out, too many requests and a fault of the server, nothing else', () => {
  const statuses = [undefined, 400, 401, 403, 404, 408, 409, 410, 422, 429, 500, 502, 503, 504]
  const passing = statuses.filter((status) => isPassing(new KubeError('', status === undefined ? {} : { status })))
  assert.equal(passing, [undefined, 408, 429, 500, 502, 503, 504])
  assert.is(isPassing(new Error('a fault of our own')), false)
})

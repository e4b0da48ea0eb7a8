import { asCniError, CniError, CODE, isCniError } from '../../src/cni/index.ts'
import { assert, test } from '../harness.ts'

test('A4: an error is printed in the version of the call, with details only where there are some', () => {
  const error = new CniError(CODE.delegateFailed, 'bridge failed', { details: 'line' })
  assert.equal(error.toObject('0.4.0'), { cniVersion: '0.4.0', code: 100, msg: 'bridge failed', details: 'line' })
  const bare = { cniVersion: '1.0.0', code: 7, msg: 'm' }
  assert.equal(new CniError(7, 'm').toObject('1.0.0'), bare)
  assert.equal(new CniError(7, 'm', { details: '' }).toObject('1.0.0'), bare)
})

test('A4: the codes below 100 are those CNI gives a meaning', () => {
  const codes = Object.values(CODE).filter((code) => code < 100)
  assert.equal(codes, [1, 2, 3, 4, 5, 6, 7, 11, 50, 51])
  assert.is(new Set(Object.values(CODE)).size, Object.values(CODE).length)
})

for (const [context, place] of [
  [{ network: 'ns/blue', interface: 'net1', plugin: 'bridge' }, 'network ns/blue (net1): plugin bridge'],
  [{ network: 'blue' }, 'network blue'],
  [{ interface: 'net1' }, 'interface net1'],
  [{ plugin: 'bridge' }, 'plugin bridge'],
] as const)
  test(`A4: an error within ${place} says so in front, and keeps its code and details`, () => {
    const error = new CniError(42, 'no lease', { details: 'pool empty' })
    const placed = error.within(context)
    assert.equal(placed.toObject('1.0.0'), {
      cniVersion: '1.0.0',
      code: 42,
      msg: `${place}: no lease`,
      details: 'pool empty',
    })
    assert.is(placed.cause, error)
  })

for (const [thrown, msg] of [
  [new TypeError('x is not a function'), 'internal error: x is not a function'],
  ['a text', 'internal error: a text'],
  [undefined, 'internal error: undefined'],
] as const)
  test(`A4: anything else that is thrown becomes error 999: ${msg}`, () => {
    const error = asCniError(thrown)
    assert.equal([error.code, error.msg, error.cause], [999, msg, thrown])
  })

test('A4: a CniError stays the error it is', () => {
  const error = new CniError(11, 'later')
  assert.is(asCniError(error), error)
  assert.ok(isCniError(error))
  assert.not.ok(isCniError({ code: 11, msg: 'later' }))
})

import { type DeviceWish, deviceAllocation, resourceOf, resourcesWanted } from '../../src/attach/device-allocation.ts'
import { assert, test } from '../harness.ts'
import { fc } from '../property.ts'
import { refusal } from './refusal.ts'

const SRIOV = 'intel.com/sriov'
const GPU = 'nvidia.com/gpu'

function want(network: string, resource?: string, deviceID?: string): DeviceWish {
  return { network, resource, deviceID }
}

function ids(wishes: readonly DeviceWish[], devices?: Readonly<Record<string, readonly string[]>>) {
  return deviceAllocation(wishes, devices).map((device) => device?.deviceID)
}

test("C12: a pod's attachments take the devices of their resources in order, one each", () => {
  const wishes = [want('default'), want('a', SRIOV), want('g', GPU), want('b', SRIOV), want('a', SRIOV)]
  const devices = { [SRIOV]: ['s1', 's2', 's3', 's4'], [GPU]: ['g1'] }
  assert.equal(ids(wishes, devices), [undefined, 's1', 'g1', 's2', 's3'])
  assert.equal(deviceAllocation(wishes, devices)[1], { deviceID: 's1', resource: SRIOV })
})

test('C12: a device that is asked for by its id goes to whoever asks, and to nobody else', () => {
  const devices = { [SRIOV]: ['s1', 's2', 's3'], [GPU]: ['s1'] }
  const wishes = [want('a', SRIOV), want('b', SRIOV, 's1'), want('c', SRIOV), want('g', GPU)]
  assert.equal(ids(wishes, devices), ['s2', 's1', 's3', 's1'])
})

test('C12: an id that is asked for is given though the pod does not have it, or the definition has no resource', () => {
  const wishes = [want('a', SRIOV, 'mine'), want('b', undefined, '0000:03:02.3'), want('c', SRIOV)]
  assert.equal(ids(wishes, { [SRIOV]: ['s1'] }), ['mine', '0000:03:02.3', 's1'])
  assert.equal(deviceAllocation(wishes, { [SRIOV]: ['s1'] })[1], { deviceID: '0000:03:02.3', resource: undefined })
})

test('C12: a resource that has too few devices fails the network that gets none, with both numbers', () => {
  const wishes = [want('default/a', SRIOV), want('default/b', SRIOV, 's2'), want('default/c', SRIOV)]
  const fault = (has: number) =>
    `no device of resource "${SRIOV}" is left: the pod has ${has}, its networks want 3; request as many in the pod's containers`
  assert.is(
    refusal(() => ids(wishes, { [SRIOV]: ['s1', 's2'] })),
    `117 network default/c: ${fault(2)}`,
  )
  for (const devices of [{ [SRIOV]: [] }, {}])
    assert.is(
      refusal(() => ids(wishes, devices)),
      `117 network default/a: ${fault(0)}`,
    )
  assert.match(
    refusal(() => ids([want('a', 'constructor')], {})),
    'no device of resource "constructor" is left: the pod has 0, its networks want 1',
  )
})

test('C12: where nobody could be asked for devices only those asked for by their id are given', () => {
  assert.equal(ids([want('a', SRIOV), want('b', SRIOV, 's2')]), [undefined, 's2'])
})

test('C12: whatever is asked for, no device of a resource is given twice but by its id, and the same wishes get the same', () => {
  const resource = fc.constantFrom(SRIOV, GPU, undefined)
  const wish = fc.record({
    network: fc.constantFrom('a', 'b'),
    resource,
    deviceID: fc.option(fc.constantFrom('1', '2', '3'), { nil: undefined }),
  })
  const pool: fc.Arbitrary<readonly string[]> = fc.shuffledSubarray([...'12345678'], { minLength: 8 })
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 5 }), pool, pool, (wishes, sriov, gpu) => {
      const devices = { [SRIOV]: sriov, [GPU]: gpu }
      const given = deviceAllocation(wishes, devices)
      assert.equal(deviceAllocation(wishes, devices), given)
      for (const [index, { resource: wanted, deviceID }] of wishes.entries()) {
        if (deviceID !== undefined) assert.is(given[index]?.deviceID, deviceID)
        else if (wanted === undefined) assert.is(given[index], undefined)
        else {
          const mine = given[index]?.deviceID ?? ''
          assert.ok((devices[wanted] ?? []).includes(mine))
          const holders = given.filter((one) => one?.resource === wanted && one.deviceID === mine)
          assert.is(holders.length, 1)
        }
      }
    }),
  )
})

test('C12: a definition names its resource in an annotation; an empty one names none', () => {
  const key = 'k8s.v1.cni.cncf.io/resourceName'
  assert.is(resourceOf({ annotations: { [key]: ` ${SRIOV}\n` } }), SRIOV)
  for (const annotations of [{}, { [key]: '' }, { [key]: ' ' }]) assert.is(resourceOf({ annotations }), undefined)
  assert.is(resourceOf(undefined), undefined)
})

test('C12: looked up are the resources of the definitions that are named, each once', () => {
  const definition = (namespace: string, name: string, resource: string) => ({
    namespace,
    name,
    annotations: resource === '' ? {} : { 'k8s.v1.cni.cncf.io/resourceName': resource },
    config: '{}',
  })
  const definitions = [
    definition('pods', 'a', SRIOV),
    definition('pods', 'b', SRIOV),
    definition('pods', 'plain', ''),
    definition('other', 'a', GPU),
  ]
  const named = ['a', 'b', 'plain', 'a', 'missing'].map((name) => ({ namespace: 'pods', name }))
  assert.equal(resourcesWanted(definitions, named), [SRIOV])
  assert.equal(resourcesWanted(definitions, []), [])
})

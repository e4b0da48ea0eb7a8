import { isCniError } from '../../src/cni/index.ts'
import { podDevices } from '../../src/host/pod-resources-message.ts'
import { assert, test } from '../harness.ts'
import { fc } from '../property.ts'

// Written by protobufjs from the messages of podresources/v1/api.proto: a pod of two containers that has besides
// devices what nobody here reads (cpu_ids, one of them negative, memory, dynamic_resources, topology), and an empty pod.
const RESPONSE = Buffer.from(
  'CuEBCgN3ZWISB2RlZmF1bHQamAEKA2FwcBIzCg9pbnRlbC5jb20vc3Jpb3YSDDAwMDA6MDM6MDIuMxIMMDAwMDowMzowMi4xGgQKAggBEhcKDm52' +
    'aWRpYS5jb20vZ3B1EgVHUFUtMBgCGAMY////////////ASIUCgZtZW1vcnkQgICAgCAaBAoCCAEqHhIBYxoHZGVmYXVsdCIQCgsKCXguY29tL3k9' +
    'ehIBZBo2CgRzaWRlEi4KD2ludGVsLmNvbS9zcmlvdhIMMDAwMDowMzowMi4yGg0KCwj///////////8BChQKCcO8bsOvY29kZRIHZGVmYXVsdA==',
  'base64',
)

test('C12: the PodResources answer of a kubelet is read with everything in it that is not needed', () => {
  assert.equal(podDevices(RESPONSE), [
    {
      namespace: 'default',
      name: 'web',
      devices: [
        { resource: 'intel.com/sriov', ids: ['0000:03:02.3', '0000:03:02.1'] },
        { resource: 'nvidia.com/gpu', ids: ['GPU-0'] },
        { resource: 'intel.com/sriov', ids: ['0000:03:02.2'] },
      ],
    },
    { namespace: 'default', name: 'ünïcode', devices: [] },
  ])
  assert.equal(podDevices(Buffer.alloc(0)), [])
})

test('C12: of a text field that stands twice the last one counts, and fields of fixed size are passed over', () => {
  const pod = Buffer.from([0x0a, 1, 97, 0x0a, 1, 98, 0x41, 1, 2, 3, 4, 5, 6, 7, 8, 0x45, 1, 2, 3, 4])
  const response = Buffer.concat([Buffer.from([0x0a, pod.length]), pod])
  assert.equal(podDevices(response), [{ namespace: '', name: 'b', devices: [] }])
})

test('C12: an answer that is cut off anywhere is not taken for a whole one, and any bytes are read or refused', () => {
  const whole = podDevices(RESPONSE).length
  for (let length = 0; length < RESPONSE.length; length++)
    assert.ok((read(RESPONSE.subarray(0, length))?.length ?? 0) < whole)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void read(bytes)))
})

function read(bytes: Uint8Array): ReturnType<typeof podDevices> | undefined {
  try {
    return podDevices(bytes)
  } catch (fault) {
    if (isCniError(fault) && fault.code === 6) return undefined
    throw fault
  }
}

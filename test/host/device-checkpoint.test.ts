import { writeFileSync } from 'node:fs'
import { isCniError } from '../../src/cni/index.ts'
import { hostDevices } from '../../src/host/device-sources.ts'
import { assert, test } from '../harness.ts'
import { inTemporaryFolder } from './temporary.ts'

const SRIOV = 'intel.com/sriov'
const WEB = { namespace: 'default', name: 'web', uid: 'b1', annotations: {} }

type Pod = Omit<typeof WEB, 'uid'> & { readonly uid?: string }

function entry(PodUID: string, DeviceIDs: unknown, ResourceName = SRIOV): object {
  return { PodUID, ContainerName: 'app', ResourceName, DeviceIDs, AllocResp: 'CgkKA0ZPTxICT0s=' }
}

function checkpoint(...PodDeviceEntries: readonly object[]): string {
  const RegisteredDevices = { [SRIOV]: ['0000:03:02.0', '0000:03:02.1'] }
  // The checksum is of 64 bits: more than a double holds.
  return JSON.stringify({ Data: { PodDeviceEntries, RegisteredDevices }, Checksum: 0 }).replace(
    '"Checksum":0',
    '"Checksum":18446744073709551615',
  )
}

async function idsIn(text: string | undefined, pod: Pod = WEB): Promise<unknown> {
  return inTemporaryFolder(async (folder) => {
    const paths = { socketPath: `${folder}/kubelet.sock`, checkpointPath: `${folder}/checkpoint` }
    if (text !== undefined) writeFileSync(paths.checkpointPath, text)
    try {
      return (await hostDevices(paths).idsOf(pod, [SRIOV]))[SRIOV]
    } catch (fault) {
      if (!isCniError(fault)) throw fault
      return `${fault.code} ${fault.msg.replaceAll(folder, 'FOLDER')}`
    }
  })
}

const NO_SOCKET = '11 devices of pod default/web: the kubelet has no socket FOLDER/kubelet.sock'

test('C12: the checkpoint of an older kubelet lists device ids, that of a newer one by NUMA node', async () => {
  const older = checkpoint(entry('b1', ['0000:03:02.1']), entry('b1', ['0000:03:02.0', '0000:03:02.1']))
  assert.equal(await idsIn(older), ['0000:03:02.0', '0000:03:02.1'])
  const newer = checkpoint(entry('b1', { '-1': ['0000:03:02.1'], '0': ['0000:03:02.0'], '1': null }))
  assert.equal(await idsIn(newer), ['0000:03:02.0', '0000:03:02.1'])
})

test('C12: the checkpoint knows a pod by its UID; of other pods and resources nothing is taken', async () => {
  const text = checkpoint(entry('b2', ['x']), entry('b1', ['gpu'], 'nvidia.com/gpu'), entry('b1', null))
  assert.equal(await idsIn(text), [])
  assert.equal(await idsIn(text, { ...WEB, uid: 'b2' }), ['x'])
  assert.equal(await idsIn('{"Data":{"PodDeviceEntries":null},"Checksum":1}'), [])
})

test('C12: a pod whose UID nobody knows cannot be looked up in the checkpoint', async () => {
  const { uid: _, ...anonymous } = WEB
  const error = await idsIn(checkpoint(entry('b1', ['x'])), anonymous)
  assert.is(error, `${NO_SOCKET}, and its checkpoint knows pods by a UID, which is not known`)
})

for (const [title, text, fault] of [
  ['is missing', undefined, 'FOLDER/checkpoint: cannot be read: no such file or directory'],
  ['is cut off', '{"Data":{"PodDevice', 'FOLDER/checkpoint is not JSON: '],
  ['is empty', '', 'FOLDER/checkpoint is empty; expected JSON'],
  [
    'is of another kind',
    '{"Data":{"PodDeviceEntries":{}}}',
    'FOLDER/checkpoint: is no checkpoint of devices: Data.PodDeviceEntries is not a list',
  ],
  ['has no data', '{"Data":[]}', 'FOLDER/checkpoint: is no checkpoint of devices: Data.PodDeviceEntries is not a list'],
] as const)
  test(`C12: a checkpoint that ${title} is error 11 that says what was looked for where`, async () => {
    assert.match(String(await idsIn(text)), `${NO_SOCKET}, and of its checkpoint: ${fault}`)
  })

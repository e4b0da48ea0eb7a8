import { renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { type KubeletAnswer, type ListedPod, withFakeKubelet } from '../fakes/fake-kubelet.ts'
import { assert, test } from '../harness.ts'
import { runtimes } from './device-runtimes.ts'
import { inTemporaryFolder } from './temporary.ts'

const SRIOV = 'intel.com/sriov'
const GPU = 'nvidia.com/gpu'
const WEB = { namespace: 'default', name: 'web', uid: 'b1' }

// Each of 13 KiB, so that 400 are 5 MiB.
function others(count: number): readonly ListedPod[] {
  const ids = Array.from({ length: 400 }, (_, index) => `other-device-with-a-long-id-${index}`)
  return Array.from({ length: count }, (_, index) => ({
    namespace: 'default',
    name: `web-${index}`,
    containers: [{ [SRIOV]: ids }],
  }))
}

const pods: readonly ListedPod[] = [
  { namespace: 'other', name: 'web', containers: [{ [SRIOV]: ['0000:03:02.0'] }] },
  { namespace: 'default', name: 'idle', containers: [{}] },
  {
    namespace: 'default',
    name: 'web',
    containers: [
      { [SRIOV]: ['0000:03:02.7', '0000:03:02.1'], [GPU]: ['GPU-0'] },
      {},
      { [SRIOV]: ['0000:03:02.1', '0000:03:02.3'] },
    ],
  },
]
const WEB_IDS = ['0000:03:02.1', '0000:03:02.3', '0000:03:02.7']

for (const [runtime, ask] of runtimes) {
  const asked = (socketPath: string, pod = WEB, resources = [SRIOV]) =>
    ask({ kind: 'ids', paths: { socketPath, checkpointPath: '/nowhere' }, pod, resources })
  const refusedBy = async (...answers: [KubeletAnswer, ...KubeletAnswer[]]) => {
    let error = ''
    await withFakeKubelet(answers, async (socketPath) => {
      const answer = await asked(socketPath)
      error = (answer.error ?? '').replaceAll(socketPath, 'SOCKET')
    })
    return error
  }

  test(`C12: ${runtime}: a pod's devices are those of all its containers, sorted, each once`, () =>
    withFakeKubelet([{ kind: 'pods', pods }], async (socketPath) => {
      const { value } = await asked(socketPath, WEB, [SRIOV, 'example.com/none', GPU])
      assert.equal(value, { [SRIOV]: WEB_IDS, 'example.com/none': [], [GPU]: ['GPU-0'] })
    }))

  test(`C12: ${runtime}: a pod is known by namespace and name, and one that is not listed has no devices`, () =>
    withFakeKubelet([{ kind: 'pods', pods }], async (socketPath) => {
      const other = { ...WEB, namespace: 'other' }
      assert.equal((await asked(socketPath, other)).value, { [SRIOV]: ['0000:03:02.0'] })
      assert.equal((await asked(socketPath, { ...WEB, name: 'we' })).value, { [SRIOV]: [] })
    }))

  test(`C12: ${runtime}: a list of 5 MiB is read, one of more than 16 MiB is refused`, async () => {
    await withFakeKubelet([{ kind: 'pods', pods: [...others(400), ...pods] }], async (socketPath) => {
      assert.equal((await asked(socketPath)).value, { [SRIOV]: WEB_IDS })
    })
    const error = await refusedBy({ kind: 'bytes', bytes: Buffer.alloc(17 * 1024 * 1024) })
    assert.match(error, 'at SOCKET, and got RESOURCE_EXHAUSTED: Received message larger than max')
  })

  test(`C12: ${runtime}: a kubelet that has been asked too often is asked again`, () => {
    const limited: KubeletAnswer = { kind: 'error', code: 8, details: 'rejected by rate limit' }
    return withFakeKubelet([limited, limited, limited, { kind: 'pods', pods }], async (socketPath) => {
      assert.equal((await asked(socketPath)).value, { [SRIOV]: WEB_IDS })
    })
  })

  test(`C12: ${runtime}: what the kubelet refuses is error 11 that says what was asked where`, async () => {
    const error = await refusedBy({ kind: 'error', code: 13, details: 'device manager\nis not ready' })
    const what = "asked the kubelet's PodResources API to List at SOCKET, and got"
    assert.is(error, `11 devices of pod default/web: ${what} INTERNAL: device manager is not ready`)
  })

  test(`C12: ${runtime}: an answer that is no list of pods is error 11`, async () => {
    const error = await refusedBy({ kind: 'bytes', bytes: Buffer.from('surely not') })
    assert.match(error, '11 devices of pod default/web: ')
    assert.match(error, 'malformed protobuf message at byte')
  })

  test(`C12: ${runtime}: a kubelet that does not answer is waited for until the deadline`, () =>
    withFakeKubelet([{ kind: 'hang' }], async (socketPath) => {
      const { error = '' } = await ask({ kind: 'list', socketPath, deadlineMs: 300 })
      assert.match(error, `11 asked the kubelet's PodResources API to List at ${socketPath}, and got DEADLINE_EXCEEDED`)
    }))

  test(`C12: ${runtime}: a socket that nobody listens on any more is error 11`, () =>
    inTemporaryFolder(async (folder) => {
      await leaveSocket(`${folder}/kubelet.sock`)
      const { error = '' } = await asked(`${folder}/kubelet.sock`)
      assert.match(error, '11 devices of pod default/web: ')
      assert.match(error, `at ${folder}/kubelet.sock, and got UNAVAILABLE: `)
    }))

  test(`C12: ${runtime}: where the kubelet has no socket its checkpoint is read`, () =>
    inTemporaryFolder(async (folder) => {
      const checkpointPath = `${folder}/checkpoint`
      const entry = { PodUID: 'b1', ContainerName: 'app', ResourceName: SRIOV, DeviceIDs: { '0': ['b'], '1': ['a'] } }
      writeFileSync(checkpointPath, JSON.stringify({ Data: { PodDeviceEntries: [entry] }, Checksum: 1 }))
      const paths = { socketPath: `${folder}/none`, checkpointPath }
      const { value } = await ask({ kind: 'ids', paths, pod: WEB, resources: [SRIOV] })
      assert.equal(value, { [SRIOV]: ['a', 'b'] })
    }))
}

test('C12: for a pod that wants no devices nobody is asked, and gRPC is not loaded', async () => {
  const [, ask] = runtimes[0] as (typeof runtimes)[number]
  const paths = { socketPath: '/nowhere/kubelet.sock', checkpointPath: '/nowhere/checkpoint' }
  const answer = await ask({ kind: 'ids', paths, pod: WEB, resources: [] })
  assert.equal(answer, { value: {}, loadedGrpc: false })
  await withFakeKubelet([{ kind: 'pods', pods }], async (socketPath) => {
    const { loadedGrpc } = await ask({ kind: 'ids', paths: { socketPath }, pod: WEB, resources: [SRIOV] })
    assert.is(loadedGrpc, true)
  })
})

// Closing a server removes the path it was made at, not the one it was moved to.
async function leaveSocket(path: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(`${path}.first`, resolve))
  renameSync(`${path}.first`, path)
  await new Promise((resolve) => server.close(resolve))
}

import { clusterView, type SeenPod } from '../../src/agent/cluster-view.ts'
import { knownSource } from '../../src/agent/known-source.ts'
import type { Definition, Knowledge } from '../../src/attach/index.ts'
import type { Source } from '../../src/engine/index.ts'
import { assert, test } from '../harness.ts'

const WEB: SeenPod = {
  namespace: 'default',
  name: 'web',
  uid: 'u1',
  annotations: { 'k8s.v1.cni.cncf.io/networks': 'lan' },
  phase: 'Pending',
  hostNetwork: false,
  isLeaving: false,
  runningSince: undefined,
}
const LAN: Definition = { namespace: 'default', name: 'lan', annotations: {}, config: '{}' }
const NODE = { clusterNetwork: 'cluster', defaultNetworks: [], multusNamespace: 'kube-system' }
const LIVE: Knowledge = { pod: undefined, definitions: [], namespacesOf: { asked: ['live'] } }

test('G2, C14: what has been seen of the cluster is answered without asking anybody', async () => {
  const { source, asked } = knowing([WEB], [LAN])
  const { pod, definitions } = await source.knowledgeOf({ namespace: 'default', name: 'web', uid: 'u1' })
  assert.equal([pod?.uid, definitions], ['u1', [LAN]])
  assert.equal(Object.keys(pod ?? {}), ['namespace', 'name', 'annotations', 'uid'])
  assert.equal(asked, [])
})

test('C14: a pod, or a definition it names, that is on its way is waited for', async () => {
  const { source, view, asked } = knowing([], [])
  const known = source.knowledgeOf({ namespace: 'default', name: 'web', uid: 'u1' })
  setTimeout(() => view.pods.set('default/web', WEB), 20)
  setTimeout(() => view.definitions.set('default/lan', LAN), 40)
  assert.equal((await known).definitions, [LAN])
  assert.equal(asked, [])
})

test('C14: what is not seen in time, or is of another pod of the name, is asked of the API server', async () => {
  for (const [pods, definitions, uid] of [
    [[], [LAN], 'u1'],
    [[WEB], [], 'u1'],
    [[WEB], [LAN], 'u2'],
  ] as const) {
    const { source, asked } = knowing(pods, definitions)
    assert.is(await source.knowledgeOf({ namespace: 'default', name: 'web', uid }), LIVE)
    assert.is(asked.length, 1)
  }
})

test('C14: a static pod is known whatever UID the runtime has for it', async () => {
  const { source, asked } = knowing([{ ...WEB, isStatic: true }], [LAN])
  assert.is((await source.knowledgeOf({ namespace: 'default', name: 'web', uid: 'kubelet' })).pod?.uid, 'u1')
  assert.equal(asked, [])
})

test('G2: before the lists are complete nothing is taken to be missing', async () => {
  const { source, asked } = knowing([WEB], undefined)
  assert.is(await source.knowledgeOf({ namespace: 'default', name: 'web', uid: 'u1' }), LIVE)
  assert.is(asked.length, 1)
})

test('C12: devices are sent along where a definition takes some, and left out where the kubelet cannot be asked', async () => {
  const taking = { ...LAN, annotations: { 'k8s.v1.cni.cncf.io/resourceName': 'example.com/nic' } }
  const { source } = knowing([WEB], [taking])
  const ref = { namespace: 'default', name: 'web', uid: 'u1' }
  assert.equal((await source.knowledgeOf(ref)).devices, { 'example.com/nic': ['0000:00:01.0'] })
  const { source: deaf } = knowing([WEB], [taking], new Error('no kubelet'))
  assert.is((await deaf.knowledgeOf(ref)).devices, undefined)
})

function knowing(pods: readonly SeenPod[], definitions: readonly Definition[] | undefined, kubelet?: Error) {
  const asked: unknown[] = []
  const live: Source = {
    async knowledgeOf(pod) {
      asked.push(pod)
      return LIVE
    },
  }
  const view = clusterView()
  view.pods.replace(new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod])))
  if (definitions) view.definitions.replace(new Map(definitions.map((one) => [`${one.namespace}/${one.name}`, one])))
  const devices = {
    async idsOf(_: unknown, resources: readonly string[]) {
      if (kubelet) throw kubelet
      return Object.fromEntries(resources.map((resource) => [resource, ['0000:00:01.0']]))
    },
  }
  return { view, asked, source: knownSource({ view, live, node: NODE, devices, now: () => performance.now() }) }
}

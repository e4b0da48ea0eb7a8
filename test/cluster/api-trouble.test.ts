import { writeFileSync } from 'node:fs'
import { definition, recorder } from '../engine/plexus.ts'
import { withApiFront, withSilentServer } from '../fakes/fake-api-front.ts'
import { assert } from '../harness.ts'
import { leftovers } from '../node/namespaces.ts'
import { type ApiNode, apiPod, apiTest, bridgeDefinition, podArgs, serviceAccountToken } from './api-node.ts'

const RECORDING = { delegates: [recorder('a')], apiTimeout: 2 }

async function refused(node: ApiNode, kubeconfig: string, code: number, msg: RegExp): Promise<void> {
  const { json, stdout } = await node.call('ADD', { ...podArgs('web'), config: { kubeconfig } })
  assert.is(json.code, code, stdout)
  assert.match(json.msg ?? '', msg)
  assert.equal(node.recorded(), [])
  assert.equal(node.state(), [])
}

apiTest(
  'C14: an API server that nobody reaches is error 11 after apiTimeout, and nothing is run',
  RECORDING,
  async (node) => {
    const kubeconfig = node.api.kubeconfigFor({ token: 'x' }, { server: 'https://127.0.0.1:1' })
    await refused(
      node,
      kubeconfig,
      11,
      /^API server: GET https:\/\/127\.0\.0\.1:1\/.*; is it up, and can this node reach/,
    )
  },
)

apiTest('C14: an API server that hangs is error 11 after apiTimeout, and nothing is run', RECORDING, (node) =>
  withSilentServer(async (server) => {
    const kubeconfig = node.api.kubeconfigFor({ token: 'x' }, { server })
    await refused(node, kubeconfig, 11, /: no answer within \d(\.\d+)? s; is it up, and can this node reach it\?$/)
  }),
)

apiTest(
  'C14: a right that is missing is error 5 with what may not be done, and nothing is run',
  RECORDING,
  async (node) => {
    node.api.apply(apiPod('web'))
    const kubeconfig = node.api.kubeconfigFor(node.api.certificateFor('nobody', 'x'))
    await refused(
      node,
      kubeconfig,
      5,
      /: 403 pods "web" is forbidden: User "nobody" cannot get .*; give the service acc/,
    )
  },
)

apiTest('C14: what is no Kubernetes API server is error 11 with what it said', RECORDING, (node) =>
  withApiFront(
    node.api,
    () => ({ status: 200, body: '<html>Welcome</html>' }),
    async ({ kubeconfig }) => refused(node, kubeconfig({ token: 'x' }), 11, /pods\/web: the answer is not JSON/),
  ),
)

for (const [what, fault] of [
  ['429 with Retry-After', { status: 429, headers: { 'retry-after': '1' } }],
  ['503', { status: 503, body: 'starting' }],
  ['500', { status: 500 }],
  ['an answer that is cut off', 'cut'],
  ['no answer', 'hang'],
] as const)
  apiTest(`C14: ${what} is asked again, and the pod comes up`, {}, async (node) => {
    node.api.apply(bridgeDefinition('lan', 41), apiPod('patient', 'lan'))
    const failing = new Set(['/pods/patient', '/network-attachment-definitions/lan'])
    const decide = ({ path }: { readonly path: string }) => {
      const first = [...failing].find((ending) => path.endsWith(ending))
      return first !== undefined && failing.delete(first) ? fault : 'pass'
    }
    await withApiFront(node.api, decide, async (front) => {
      const kubeconfig = front.kubeconfig({ token: serviceAccountToken(node.api) })
      const { status, stdout } = await node.call('ADD', { ...podArgs('patient'), config: { kubeconfig } })
      assert.is(status, 0, stdout)
      const reads = front.requests.filter(({ method }) => method === 'GET').map(({ path }) => path.split('/').at(-1))
      assert.equal(reads, ['patient', 'patient', 'lan', 'lan'])
    })
  })

apiTest('C14: a Retry-After beyond apiTimeout is not waited for', RECORDING, (node) =>
  withApiFront(
    node.api,
    () => ({ status: 429, headers: { 'retry-after': '3600' } }),
    async ({ kubeconfig, requests }) => {
      await refused(node, kubeconfig({ token: 'x' }), 11, /: 429 /)
      assert.is(requests.length, 1)
    },
  ),
)

apiTest('G5: a token that expires in mid-call is read again from its file, once', {}, async (node) => {
  node.api.apply(apiPod('expired'))
  const file = `${node.folder}/token`
  writeFileSync(file, 'expired')
  const decide = ({ authorization }: { readonly authorization: string }) => {
    if (authorization !== 'Bearer expired') return 'pass'
    writeFileSync(file, `${serviceAccountToken(node.api)}\n`)
    return { status: 401 }
  }
  await withApiFront(node.api, decide, async (front) => {
    const config = { kubeconfig: front.kubeconfig({ tokenFile: file }) }
    const { status, stdout } = await node.call('ADD', { ...podArgs('expired'), config })
    assert.is(status, 0, stdout)
    assert.is(front.requests.filter(({ authorization }) => authorization === 'Bearer expired').length, 1)
  })
})

apiTest(
  'A6, F7: with the API server away DEL deletes, CHECK checks, GC collects, and STATUS says 50',
  { cniVersion: '1.1.0', delegates: undefined, clusterNetwork: 'cluster' },
  async (node) => {
    node.api.apply(definition('cluster', recorder('cluster'), { namespace: 'kube-system' }))
    node.api.apply(
      bridgeDefinition('lan', 41),
      bridgeDefinition('wan', 42),
      apiPod('one', 'lan'),
      apiPod('other', 'wan@w0'),
    )
    const before = leftovers([`${node.folder}/state`])
    const calls = { c1: podArgs('one'), c2: { ...podArgs('other'), ifName: 'eth1' } }
    for (const [containerId, options] of Object.entries(calls)) {
      const { status, stdout } = await node.call('ADD', { ...options, containerId })
      assert.is(status, 0, stdout)
    }
    await node.api.stop()
    try {
      for (const verb of ['CHECK', 'DEL']) {
        const { status, stdout } = await node.call(verb, { ...calls.c1, containerId: 'c1' })
        assert.is(status, 0, stdout)
      }
      const { json } = await node.call('STATUS')
      assert.is(json.code, 50)
      assert.match(json.msg ?? '', /^API server: GET .*\/cluster: .*; is it up/)
      const gc = await node.call('GC', { config: { 'cni.dev/valid-attachments': [] } })
      assert.is(gc.status, 0, gc.stdout)
      assert.match(gc.stderr, "the node's networks cannot be found out; they are not told")
      const after = leftovers([`${node.folder}/state`])
      assert.equal([after.leases, after.files], [before.leases, before.files])
    } finally {
      await node.api.start()
    }
  },
)

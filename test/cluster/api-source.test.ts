import { mkdirSync, writeFileSync } from 'node:fs'
import { answer, bridge, definition, recorder } from '../engine/plexus.ts'
import { assert } from '../harness.ts'
import type { ApiServer } from '../node/kube-apiserver.ts'
import { addresses, links } from '../node/namespaces.ts'
import { type ApiNode, apiPod, apiTest, bridgeDefinition, namespace, podArgs, statusTextOf, uidOf } from './api-node.ts'

const names = (node: ApiNode) => links(node.netns).map(({ name }) => name)
const requestsOf = (api: ApiServer, name: string) =>
  api
    .audit()
    .filter(({ uri, user }) => uri.includes(name) && user.startsWith('system:serviceaccount'))
    .map(({ verb, status }) => `${verb} ${status}`)

async function refused(node: ApiNode, name: string, code: number, msg: RegExp, uid = ''): Promise<void> {
  const { json, stdout, status } = await node.call('ADD', podArgs(name, uid === '' ? {} : { uid }))
  assert.is(status, 1, stdout)
  assert.is(json.code, code, stdout)
  assert.match(json.msg ?? '', msg)
  assert.equal(names(node), ['lo'])
  assert.equal(node.recorded(), [])
  assert.equal(node.state(), [])
}

apiTest(
  "C14, C1: a pod's networks are those its definitions in the API say, of whatever namespace",
  {},
  async (node) => {
    node.api.apply(namespace('infra'), bridgeDefinition('lan', 41), bridgeDefinition('wan', 42, 'infra'))
    node.api.apply(apiPod('two', 'lan, infra/wan@up0'))
    const { status, stdout } = await node.call('ADD', podArgs('two', { uid: uidOf(node.api, 'two') }))
    assert.is(status, 0, stdout)
    assert.match(addresses('net1', node.netns).join(), /^10\.41\./)
    assert.match(addresses('up0', node.netns).join(), /^10\.42\./)
    assert.is((await node.call('DEL', podArgs('two'))).status, 0)
    assert.equal(
      requestsOf(node.api, '/two'),
      ['get 200', 'patch 200'],
      'an ADD reads the pod once, a DEL asks nothing',
    )
    assert.equal(requestsOf(node.api, '/lan'), ['get 200'])
  },
)

apiTest(
  'C8: a definition that is not there fails with its namespace, and where one of that name is',
  {},
  async (node) => {
    node.api.apply(namespace('infra'), namespace('other'))
    node.api.apply(bridgeDefinition('elsewhere', 42, 'infra'), bridgeDefinition('elsewhere', 42, 'other'))
    node.api.apply(apiPod('no-hint', 'nowhere'), apiPod('hint', 'elsewhere'))
    const at = (name: string) => `cannot find network-attachment-definition "${name}" in namespace "default"`
    await refused(node, 'no-hint', 110, new RegExp(`^${at('nowhere')}$`))
    await refused(node, 'hint', 110, new RegExp(`^${at('elsewhere')}; one of that name is in namespace infra, other$`))
  },
)

apiTest(
  'C14: a pod that is gone is error 11, and nothing is run for it',
  { delegates: [recorder('a')] },
  async (node) => {
    await refused(node, 'gone', 11, /^pod default\/gone is gone: the API server has none of that name$/)
  },
)

apiTest('C14: a pod that the API server shows a moment late is waited for', {}, async (node) => {
  const call = node.start('ADD', podArgs('late'))
  node.api.apply(apiPod('late'))
  const { status, stdout } = await call.ended
  assert.is(status, 0, stdout)
})

apiTest(
  'C14: a pod that was replaced by one of its name is error 11, after it was looked at once more',
  {},
  async (node) => {
    node.api.apply(apiPod('replaced'))
    await refused(
      node,
      'replaced',
      11,
      /^pod default\/replaced has uid .*, the call is for uid old: it was replaced/,
      'old',
    )
    assert.equal(requestsOf(node.api, '/replaced'), ['get 200', 'get 200'])
  },
)

apiTest(
  'C14, E1: a static pod has another UID at its runtime, and gets its networks and its status',
  {},
  async (node) => {
    const mirror = { 'kubernetes.io/config.mirror': 'abc', 'kubernetes.io/config.source': 'file' }
    node.api.apply(bridgeDefinition('lan', 41), apiPod('static-node1', 'lan', { annotations: mirror }))
    const { status, stdout } = await node.call('ADD', podArgs('static-node1', { uid: 'abc' }))
    assert.is(status, 0, stdout)
    assert.match(statusTextOf(node.api, 'static-node1') ?? '', '"name": "default/lan"')
  },
)

apiTest(
  'A7: a definition or an annotation that is broken fails with its name and place, and nothing is run',
  { delegates: [recorder('a')] },
  async (node) => {
    node.api.apply(definition('broken', '{"type": '), definition('typeless', '{"cniVersion":"1.0.0"}'))
    node.api.apply(
      apiPod('broken-json', 'broken'),
      apiPod('no-type', 'typeless'),
      apiPod('broken-list', '[{"name": "x"'),
    )
    node.api.apply(apiPod('misspelt', '[{"name": "x", "interfce": "y"}]'))
    await refused(node, 'broken-json', 6, /^definition default\/broken: spec\.config is not JSON: /)
    await refused(node, 'no-type', 7, /^definition default\/typeless: spec\.config: /)
    await refused(node, 'broken-list', 111, /^annotation k8s\.v1\.cni\.cncf\.io\/networks: /)
    await refused(node, 'misspelt', 111, /\[0\]: unknown key "interfce"; did you mean "interface"\?$/)
  },
)

apiTest('A7, F1: a definition of 1 MiB reaches its plugin whole, at ADD and at DEL', {}, async (node) => {
  const config = JSON.stringify(recorder('large', { padding: 'x'.repeat(1024 * 1024) }))
  const { status, stderr } = node.api.kubectl(['create', '-f', '-'], JSON.stringify(definition('large', config)))
  assert.is(status, 0, stderr)
  node.api.apply(apiPod('heavy', 'large'))
  assert.is((await node.call('ADD', podArgs('heavy'))).status, 0)
  node.api.kubectl(['delete', 'net-attach-def', 'large'])
  assert.is((await node.call('DEL', podArgs('heavy'))).status, 0)
  const lengths = node.recorded().map(({ env, config }) => [env['CNI_COMMAND'], String(config['padding']).length])
  assert.equal(lengths, [
    ['ADD', 1024 * 1024],
    ['DEL', 1024 * 1024],
  ])
})

apiTest(
  'C9: the default-network annotation takes a definition of the system namespace from the API',
  {},
  async (node) => {
    node.api.apply(bridgeDefinition('fast', 45, 'kube-system'))
    node.api.apply(apiPod('other-default', '', { annotations: { 'v1.multus-cni.io/default-network': 'fast' } }))
    const { status, stdout } = await node.call('ADD', podArgs('other-default'))
    assert.is(status, 0, stdout)
    assert.match(addresses('eth0', node.netns).join(), /^10\.45\./)
  },
)

apiTest(
  'C10: isolation keeps a pod from definitions of other namespaces, by either annotation',
  { namespaceIsolation: true, delegates: [recorder('a')], globalNamespaces: 'infra' },
  async (node) => {
    node.api.apply(namespace('infra'), namespace('secret'))
    node.api.apply(bridgeDefinition('open', 46, 'infra'), bridgeDefinition('closed', 47, 'secret'))
    node.api.apply(
      apiPod('within', 'infra/open'),
      apiPod('beyond', 'secret/closed'),
      apiPod('beyond-default', '', { annotations: { 'v1.multus-cni.io/default-network': 'secret/closed' } }),
    )
    const fault = /^namespace isolation enabled: pod is in namespace default but refers to target namespace secret; /
    await refused(node, 'beyond', 112, fault)
    await refused(node, 'beyond-default', 112, fault)
    assert.is((await node.call('ADD', podArgs('within'))).status, 0)
  },
)

apiTest(
  'D2: clusterNetwork and defaultNetworks are definitions of the API, or files where it has none',
  { delegates: undefined, clusterNetwork: 'cluster', defaultNetworks: ['on-disk'] },
  async (node) => {
    mkdirSync(`${node.folder}/conf`)
    writeFileSync(`${node.folder}/conf/10.conf`, JSON.stringify(bridge(49, { name: 'on-disk' })))
    node.api.apply(bridgeDefinition('cluster', 48, 'kube-system'), apiPod('with-defaults'))
    const { status, stdout } = await node.call('ADD', podArgs('with-defaults'))
    assert.is(status, 0, stdout)
    assert.match(addresses('eth0', node.netns).join(), /^10\.48\./)
    assert.match(addresses('net1', node.netns).join(), /^10\.49\./)
  },
)

apiTest('F1, A6: a definition that is deleted or changed after ADD changes nothing for DEL', {}, async (node) => {
  const result = { cniVersion: '1.0.0', interfaces: [{ name: 'net1', sandbox: node.netns.path }] }
  node.api.apply(definition('fleeting', recorder('fleeting', { key: 'as it was', ...answer(result) })))
  node.api.apply(apiPod('outlives', 'fleeting'))
  assert.is((await node.call('ADD', podArgs('outlives'))).status, 0)
  node.api.kubectl(['delete', 'net-attach-def', 'fleeting'])
  node.api.kubectl(['delete', 'pod', 'outlives', '--force', '--grace-period=0'])
  assert.is((await node.call('DEL', podArgs('outlives'))).status, 0)
  assert.equal(
    node.recorded().map(({ env, config }) => `${env['CNI_COMMAND']} ${config['key']}`),
    ['ADD as it was', 'DEL as it was'],
  )
  assert.equal(node.state(), [])
})

apiTest(
  'C15: a container that is no pod of Kubernetes gets the default network, and the API is not asked',
  { kubeconfig: '/nowhere' },
  async (node) => {
    const { status, stdout } = await node.call('ADD', { args: '' })
    assert.is(status, 0, stdout)
    assert.equal(names(node), ['lo', 'eth0'])
    for (const verb of ['CHECK', 'DEL']) assert.is((await node.call(verb, { args: '' })).status, 0)
    const config = { cniVersion: '1.1.0', 'cni.dev/valid-attachments': [] }
    for (const verb of ['STATUS', 'GC']) assert.is((await node.call(verb, { config })).status, 0, verb)
  },
)

import { answer, bridge, definition, recorder } from '../engine/plexus.ts'
import { type Fronted, type Intervention, withApiFront } from '../fakes/fake-api-front.ts'
import { assert } from '../harness.ts'
import { links } from '../node/namespaces.ts'
import {
  type ApiNode,
  apiPod,
  apiTest,
  bridgeDefinition,
  logged,
  podArgs,
  serviceAccountToken,
  statusOf,
  statusTextOf,
  uidOf,
} from './api-node.ts'

const isPatch = ({ method }: Fronted) => method === 'PATCH'
const isEvent = ({ method }: Fronted) => method === 'POST'

/** ADD of a pod with a front before the API server, and what the front and the log saw. */
async function addThrough(
  node: ApiNode,
  pod: string,
  decide: (request: Fronted, index: number) => Intervention,
): Promise<{ readonly requests: readonly Fronted[]; readonly said: readonly string[] }> {
  let requests: readonly Fronted[] = []
  await withApiFront(node.api, decide, async (front) => {
    const kubeconfig = front.kubeconfig({ token: serviceAccountToken(node.api) })
    const config = { kubeconfig, logFile: `${node.folder}/log`, logLevel: 'warning' }
    const { status, stdout } = await node.call('ADD', { ...podArgs(pod), config })
    assert.is(status, 0, stdout)
    requests = front.requests
  })
  return { requests, said: logged(node).map(({ msg }) => String(msg)) }
}

apiTest(
  'E1: the annotation is what Multus would write, field by field, in one patch',
  { delegates: [bridge(40, { isDefaultGateway: true })] },
  async (node) => {
    const wan = bridge(42, { ipam: { type: 'host-local', subnet: '10.42.0.0/16', routes: [{ dst: '10.99.0.0/16' }] } })
    const dns = { nameservers: ['10.41.0.53'], search: ['lan.test'] }
    const named = { interfaces: [{ name: 'net1', sandbox: node.netns.path, mtu: 1400 }], dns }
    const lan = recorder('lan', answer({ cniVersion: '1.1.0', ...named }))
    node.api.apply(
      definition('lan', { ...lan, cniVersion: '1.1.0' }),
      definition('wan', wan),
      apiPod('told', 'lan,wan@up0'),
    )
    const uid = uidOf(node.api, 'told')
    const { status, json, stdout } = await node.call('ADD', podArgs('told', { uid }))
    assert.is(status, 0, stdout)
    const [eth0, up0] = ['eth0', 'up0'].map((name) => links(node.netns).find((link) => link.name === name)?.mac ?? '')
    const [first, second] = (json.ips ?? []).map(({ address }) => address.split('/')[0] ?? '')
    const entries = [
      {
        name: 'bridge40',
        interface: 'eth0',
        ips: [first],
        mac: eth0,
        default: true,
        dns: {},
        gateway: ['10.40.0.1'],
        'default-route': ['10.40.0.1'],
      },
      { name: 'default/lan', interface: 'net1', mtu: 1400, dns },
      { name: 'default/wan', interface: 'up0', ips: [second], mac: up0, dns: {} },
    ]
    assert.equal(statusOf(node.api, 'told'), entries)
    const layout = entries.map((entry) => JSON.stringify(entry, null, 4)).join(',')
    assert.is(statusTextOf(node.api, 'told'), `[${layout}]`, 'in the layout that scripts know')
    const writes = node.api.audit().filter(({ uri, verb }) => uri.includes('/pods/told') && verb !== 'get')
    assert.equal(
      writes.filter(({ user }) => user.startsWith('system:serviceaccount')).map(({ verb, uri }) => `${verb} ${uri}`),
      ['patch /api/v1/namespaces/default/pods/told/status'],
    )
  },
)

apiTest(
  'E1, C6: one network attached twice has two entries, and the annotations that were there stay',
  {},
  async (node) => {
    node.api.apply(
      bridgeDefinition('lan', 41),
      apiPod('twice', 'lan, lan', { annotations: { 'example.com/own': 'x' } }),
    )
    assert.is((await node.call('ADD', podArgs('twice'))).status, 0)
    assert.equal(
      statusOf(node.api, 'twice').map(({ name, interface: ifName, default: isDefault }) => [name, ifName, isDefault]),
      [
        ['bridge40', 'eth0', true],
        ['default/lan', 'net1', undefined],
        ['default/lan', 'net2', undefined],
      ],
    )
    const { stdout } = node.api.kubectl([
      'get',
      'pod',
      'twice',
      '-o',
      'jsonpath={.metadata.annotations.example\\.com/own}',
    ])
    assert.is(stdout, 'x')
  },
)

apiTest(
  'E1: a default route that moves is in the status of the network that has it, and in no other',
  { delegates: [bridge(40, { isDefaultGateway: true })] },
  async (node) => {
    node.api.apply(
      definition('lan', bridge(41, { isGateway: true })),
      apiPod('moved', '[{"name":"lan","default-route":["10.41.0.1"]}]'),
    )
    const { status, stdout } = await node.call('ADD', podArgs('moved'))
    assert.is(status, 0, stdout)
    assert.equal(
      statusOf(node.api, 'moved').map(({ gateway, 'default-route': route }) => [gateway, route]),
      [
        [undefined, undefined],
        [['10.41.0.1'], ['10.41.0.1']],
      ],
    )
  },
)

apiTest('E2: a status that the API server does not take at once is written when it does', {}, async (node) => {
  node.api.apply(apiPod('late-status'))
  let failures = 2
  const { requests, said } = await addThrough(node, 'late-status', (request) => {
    if (!isPatch(request) || failures === 0) return 'pass'
    failures -= 1
    return failures === 1 ? { status: 500 } : 'cut'
  })
  assert.is(requests.filter(isPatch).length, 3)
  assert.is(statusOf(node.api, 'late-status').length, 1)
  assert.equal(said, [])
})

apiTest('E2: a status that cannot be written fails no pod, and the log says it', {}, async (node) => {
  node.api.apply(apiPod('untold'))
  const { said } = await addThrough(node, 'untold', (request) =>
    isPatch(request) || isEvent(request) ? 'hang' : 'pass',
  )
  assert.equal([...said].sort(), [
    'the Event AddedInterface could not be written',
    'the network status could not be written',
  ])
  const [line] = logged(node)
  assert.equal([line?.['pod'], line?.['containerId']], ['default/untold', 'c0ffee'])
  assert.is(statusTextOf(node.api, 'untold'), undefined)
})

apiTest(
  'E2: a status that may not be written fails no pod, and the log says which right is missing',
  {},
  async (node) => {
    node.api.apply(...readingOnly('reader'), apiPod('untellable'))
    const kubeconfig = node.api.kubeconfigFor(node.api.certificateFor('reader', 'x'))
    const config = { kubeconfig, logFile: `${node.folder}/log` }
    const { status, stdout } = await node.call('ADD', { ...podArgs('untellable'), config })
    assert.is(status, 0, stdout)
    const causes = logged(node).map(({ cause }) => String(cause))
    assert.is(causes.length, 2)
    assert.ok(causes.some((cause) => cause.includes('cannot patch resource "pods/status"')))
    assert.ok(causes.some((cause) => cause.includes('cannot create resource "events"')))
  },
)

apiTest(
  'E2: no status is written for a pod that is gone, or was replaced by one of its name, and nothing is said',
  {},
  async (node) => {
    for (const isReplaced of [false, true]) {
      node.api.apply(apiPod('going'))
      const { said, requests } = await addThrough(node, 'going', (request) => {
        if (!isPatch(request)) return 'pass'
        node.api.kubectl(['delete', 'pod', 'going', '--force', '--grace-period=0'])
        if (isReplaced) node.api.apply(apiPod('going'))
        return 'pass'
      })
      assert.is(requests.filter(isPatch).length, 1)
      assert.equal(said, [])
      assert.is(statusTextOf(node.api, 'going'), undefined)
      assert.is((await node.call('DEL', podArgs('going'))).status, 0)
    }
  },
)

/** A role that lets a user read pods and nothing else. */
function readingOnly(user: string): readonly object[] {
  const rbac = 'rbac.authorization.k8s.io'
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: user },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: user },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: user },
      subjects: [{ kind: 'User', name: user }],
    },
  ]
}

import { readdirSync } from 'node:fs'
import { assert } from '../harness.ts'
import type { ApiServer, Ran } from '../node/kube-apiserver.ts'
import { apiPod, apiTest, bridgeDefinition, podArgs, serviceAccountToken } from './api-node.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const SERVICE_ACCOUNT = 'system:serviceaccount:kube-system:plexus'
const OVERLAYS = readdirSync(`${ROOT}deploy/overlays`).map((name) => `deploy/overlays/${name}`)

/** Runs kubectl as the service account. */
function asPlexus(api: ApiServer, args: readonly string[], stdin = ''): Ran {
  return api.kubectl(['--kubeconfig', api.kubeconfigFor({ token: serviceAccountToken(api) }), ...args], stdin)
}

for (const folder of [...OVERLAYS, 'deploy/uninstall'])
  apiTest(`K2: a real API server takes all of ${folder}`, {}, async ({ api }) => {
    const built = api.kubectl(['kustomize', `${ROOT}${folder}`])
    assert.is(built.status, 0, built.stderr)
    const tried = api.kubectl(['apply', '--dry-run=server', '-f', '-'], built.stdout)
    assert.equal([tried.status, tried.stderr], [0, ''])
    assert.match(tried.stdout, /^daemonset\.apps\/plexus\S* (created|configured) \(server dry run\)$/m)
  })

apiTest('K2: an ADD and a DEL need no other right than the service account has', {}, async (node) => {
  node.api.apply(bridgeDefinition('lan', 41), apiPod('permitted', 'lan'))
  assert.is((await node.call('ADD', podArgs('permitted'))).status, 0)
  assert.is((await node.call('DEL', podArgs('permitted'))).status, 0)
  const asked = node.api.audit().filter(({ user }) => user === SERVICE_ACCOUNT)
  assert.equal(
    asked.map(({ verb, uri, status }) => `${verb} ${uri.replace(/.*\/(default|v1)\//, '')} ${status}`).sort(),
    [
      'create events 201',
      'create events 201',
      'get network-attachment-definitions/lan 200',
      'get pods/permitted 200',
      'patch pods/permitted/status 200',
    ],
  )
})

const RIGHTS = [
  'events: create patch',
  'network-attachment-definitions: get list watch',
  'pods/status: patch',
  'pods: get list watch',
]

for (const [namespace, rights] of [
  ['default', RIGHTS],
  ['kube-system', [...RIGHTS, 'serviceaccounts/token plexus: create']],
] as const)
  apiTest(
    `K2: those are all the rights that the service account has in namespace ${namespace}`,
    {},
    async ({ api }) => {
      const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } }
      const { stdout, stderr } = asPlexus(api, ['create', '-o', 'json', '-f', '-'], JSON.stringify(review))
      assert.is(stderr, '')
      const rules: readonly Rule[] = JSON.parse(stdout).status.resourceRules
      const own = rules.filter(({ apiGroups }) => !apiGroups.includes('authorization.k8s.io'))
      const found = own.flatMap(({ verbs, resources, resourceNames = [] }) =>
        resources.map((resource) => `${[resource, ...resourceNames].join(' ')}: ${verbs.join(' ')}`),
      )
      assert.equal(found.sort(), rights)
    },
  )

type Rule = {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

function tokenRequest(namespace: string, account: string): readonly string[] {
  return ['create', '--raw', `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, '-f', '-']
}

const FORBIDDEN: readonly (readonly [what: string, args: readonly string[], stdin?: object])[] = [
  ['create a pod', ['create', '-f', '-'], apiPod('smuggled')],
  ['delete a pod', ['delete', 'pod', 'victim']],
  ["change a pod's annotations", ['annotate', 'pod', 'victim', 'a=b']],
  ['read a secret', ['get', 'secret', 'any']],
  ['list secrets', ['get', 'secrets', '--all-namespaces']],
  ['create a definition', ['create', '-f', '-'], bridgeDefinition('smuggled', 41)],
  ['delete a definition', ['delete', 'net-attach-def', 'lan']],
  ['read a node', ['get', 'node', 'node1']],
  ['read a config map', ['get', 'configmap', '-n', 'kube-system', 'plexus-node']],
  ['read Events', ['get', 'events']],
  ["ask for another service account's token", tokenRequest('kube-system', 'default'), {}],
  ["ask for another namespace's token", tokenRequest('default', 'plexus'), {}],
]

apiTest('K2: and it may do nothing else, to pods, secrets, definitions, nodes or Events', {}, async ({ api }) => {
  api.apply(bridgeDefinition('lan', 41), apiPod('victim', 'lan'))
  for (const [what, args, stdin] of FORBIDDEN) {
    const { status, stderr } = asPlexus(api, args, stdin && JSON.stringify(stdin))
    assert.is(status, 1, what)
    assert.match(stderr, /forbidden/i, what)
  }
  assert.is(api.kubectl(['get', 'pod', 'victim']).status, 0)
})

apiTest(
  'K1: a real API server takes the definition of IPAMClaim, and claims with their status apart',
  {},
  async ({ api }) => {
    const crd = api.kubectl(['apply', '-f', `${ROOT}crd/ipam-claim.yaml`])
    assert.is(crd.status, 0, crd.stderr)
    api.kubectl(['wait', '--for=condition=Established', '--timeout=30s', 'crd', 'ipamclaims.k8s.cni.cncf.io'])
    const claim = (spec: object) => ({
      apiVersion: 'k8s.cni.cncf.io/v1alpha1',
      kind: 'IPAMClaim',
      metadata: { name: 'claim', namespace: 'default' },
      spec,
      status: { ips: ['192.0.2.10/24'], ownerPod: { name: 'web' } },
    })
    const refused = api.kubectl(['create', '-f', '-'], JSON.stringify(claim({ network: 'lan' })))
    assert.is(refused.status, 1)
    assert.match(refused.stderr, /spec\.interface/)
    api.apply(claim({ network: 'lan', interface: 'net1' }))
    const { stdout } = api.kubectl(['get', 'ipamclaim', 'claim', '-o', 'jsonpath={.spec}{.status}'])
    assert.equal(
      JSON.parse(stdout),
      { network: 'lan', interface: 'net1' },
      'the status is for whoever allots addresses',
    )
  },
)

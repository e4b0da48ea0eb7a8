import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { withProxy } from '../fakes/fake-proxy.ts'
import { assert } from '../harness.ts'
import type { ApiServer } from '../node/kube-apiserver.ts'
import type { KubeUser } from '../node/kube-credentials.ts'
import { addresses } from '../node/namespaces.ts'
import {
  type ApiNode,
  apiPod,
  apiTest,
  bridgeDefinition,
  PROGRAMS,
  podArgs,
  serviceAccountToken,
  statusOf,
} from './api-node.ts'

const KINDS: Readonly<Record<string, (api: ApiServer) => KubeUser>> = {
  'a token': (api) => ({ token: serviceAccountToken(api) }),
  'a token file': (api) => ({ tokenFile: written(api, 'token', `${serviceAccountToken(api)}\n`) }),
  'a client certificate': (api) => api.certificateFor('plexus', 'nodes'),
  'an exec plugin': (api) => ({ exec: execPlugin(api, serviceAccountToken(api)) }),
}

for (const [program, command] of PROGRAMS)
  for (const [kind, userOf] of Object.entries(KINDS))
    apiTest(`C14: ${program} asks an API server of a private authority, as whom ${kind} says`, {}, async (node) => {
      bindCertificateUser(node.api)
      const name = `by-${[program, kind].join('-').replaceAll(/\W+/g, '-').toLowerCase()}`
      node.api.apply(bridgeDefinition('lan', 41), apiPod(name, 'lan'))
      const call = { command, ...podArgs(name), config: { kubeconfig: node.api.kubeconfigFor(userOf(node.api)) } }
      const { status, stdout } = await node.call('ADD', call)
      assert.is(status, 0, stdout)
      assert.match(addresses('net1', node.netns).join(), /^10\.41\./)
      assert.is(statusOf(node.api, name).length, 2)
      assert.is((await node.call('DEL', call)).status, 0)
    })

apiTest(
  'G5: a token file that is renewed is read again by each call, and no token is ever in the log',
  {},
  async (node) => {
    const { api } = node
    api.apply(bridgeDefinition('lan', 41), apiPod('renewed', 'lan'))
    const file = written(api, 'renewed', 'not-a-token')
    const config = {
      kubeconfig: api.kubeconfigFor({ tokenFile: file }),
      logFile: `${node.folder}/log`,
      logLevel: 'debug',
    }
    const refused = await node.call('ADD', { ...podArgs('renewed'), config })
    assert.is(refused.json.code, 5)
    assert.match(refused.json.msg ?? '', /^API server: GET .*\/pods\/renewed: 401 Unauthorized; the credentials of the/)
    const token = serviceAccountToken(api)
    writeFileSync(file, token)
    assert.is((await node.call('ADD', { ...podArgs('renewed'), config })).status, 0)
    const log = readFileSync(`${node.folder}/log`, 'utf8')
    for (const secret of ['not-a-token', token]) assert.not.ok(log.includes(secret))
  },
)

apiTest(
  'A7, C14: credentials that are not there fail with the kubeconfig and what is wrong with it',
  {},
  async (node) => {
    const { api } = node
    api.apply(apiPod('refused'))
    const faults: readonly (readonly [kubeconfig: string, msg: RegExp])[] = [
      ['/nowhere', /^kubeconfig \/nowhere: cannot be used: ENOENT/],
      [written(api, 'no-yaml', '{'), /^kubeconfig .*no-yaml: cannot be used: /],
      [written(api, 'empty', ''), /^kubeconfig .*empty: cannot be used: /],
      [
        written(api, 'no-context', '{"apiVersion":"v1","kind":"Config"}'),
        /: cannot be used: its current context names no/,
      ],
      [api.kubeconfigFor({ tokenFile: '/no/token' }), /: cannot be used: ENOENT.*\/no\/token/],
      [
        api.kubeconfigFor({ exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', command: '/no/plugin' } }),
        /: cannot be used: .*\/no\/plugin/,
      ],
      [
        api.kubeconfigFor({ 'client-certificate': '/no/crt', 'client-key': '/no/key' }),
        /: cannot be used: .*\/no\/crt/,
      ],
    ]
    for (const [kubeconfig, msg] of faults) {
      const { json, stdout } = await node.call('ADD', { ...podArgs('refused'), config: { kubeconfig } })
      assert.is(json.code, 7, stdout)
      assert.match(json.msg ?? '', msg)
      assert.not.match(json.msg ?? '', '\n')
    }
    assert.equal(node.state(), [])
  },
)

apiTest(
  'A7, C14: an API server of another authority than the kubeconfig trusts is not talked to',
  { apiTimeout: 2 },
  async (node) => {
    const { api } = node
    const path = api.kubeconfigFor({ token: 'x' })
    const other = written(
      api,
      'other.crt',
      readFileSync(api.certificateFor('other', 'x')['client-certificate'], 'utf8'),
    )
    writeFileSync(path, readFileSync(path, 'utf8').replace(`${api.folder}/ca.crt`, other))
    for (const [, command] of PROGRAMS) {
      const { json } = await node.call('ADD', { ...podArgs('x'), command, config: { kubeconfig: path } })
      assert.is(json.code, 11)
      assert.match(json.msg ?? '', /certificate/)
    }
  },
)

for (const [program, command] of PROGRAMS)
  apiTest(`C14: ${program} goes through the proxy that a kubeconfig names`, {}, (node) =>
    withProxy(async (proxy, asked) => {
      const { api } = node
      api.apply(apiPod('by-proxy'))
      const cluster = { server: api.url, 'certificate-authority': `${api.folder}/ca.crt`, 'proxy-url': proxy }
      const kubeconfig = api.kubeconfigFor({ token: serviceAccountToken(api) }, cluster)
      const { status, stdout } = await node.call('ADD', { command, ...podArgs('by-proxy'), config: { kubeconfig } })
      assert.is(status, 0, stdout)
      assert.equal([...new Set(asked)], [new URL(api.url).host])
    }),
  )

apiTest('C14: an exec plugin that hangs fails the call with what it is', {}, async (node) => {
  const plugin = written(node.api, 'hangs', '#!/bin/sh\nexec sleep 600\n')
  chmodSync(plugin, 0o755)
  const exec = { apiVersion: 'client.authentication.k8s.io/v1beta1', command: plugin }
  const config = { kubeconfig: node.api.kubeconfigFor({ exec }) }
  const { json } = await node.call('ADD', { ...podArgs('x'), config })
  assert.is(json.code, 7)
  assert.match(json.msg ?? '', /: cannot be used: no credentials within 10 s$/)
})

function written(api: ApiServer, name: string, text: string): string {
  const path = `${api.folder}/${name}`
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

function execPlugin(api: ApiServer, token: string): object {
  const apiVersion = 'client.authentication.k8s.io/v1beta1'
  const answer = JSON.stringify({ apiVersion, kind: 'ExecCredential', status: { token } })
  const command = written(api, 'credential', `#!/bin/sh\necho '${answer}'\n`)
  chmodSync(command, 0o755)
  return { apiVersion, command }
}

// What its service account may, a user with a certificate may not yet.
function bindCertificateUser({ apply }: ApiNode['api']): void {
  apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'plexus-by-certificate' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'plexus' },
    subjects: [{ kind: 'User', name: 'plexus' }],
  })
}

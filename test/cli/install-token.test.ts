import { createSign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { kubeconfigText } from '../../src/cli/install-kubeconfig.ts'
import { serviceAccountToken, theApiServer } from '../cluster/api-node.ts'
import { assert, test } from '../harness.ts'
import { type ApiServer, PORT, type Ran } from '../node/kube-apiserver.ts'
import { CALICO, CALICO_LIST, type InstallNode, KUBECONFIG, until, withInstallNode } from './install-node.ts'

// What is missing of Kubernetes is built by the first test that needs it.
const timeoutMs = 600_000
const HOST = '127.0.0.1'
const ACCESS = new URL('../../deploy/base/access.yaml', import.meta.url).pathname
const PLEXUS = 'system:serviceaccount:kube-system:plexus'
const DAY_S = 24 * 60 * 60

type Claims = { readonly iat: number; readonly exp: number; readonly 'kubernetes.io': { readonly pod?: object } }

/** Registers a test on a node of a real cluster, whose pod has a token that is bound to the pod. */
function tokenTest(title: string, use: (node: InstallNode, api: ApiServer) => Promise<void>, port = PORT): void {
  const run = async (): Promise<void> => {
    const api = await theApiServer()
    grant(api)
    const ca = readFileSync(`${api.folder}/ca.crt`, 'utf8')
    await withInstallNode(
      async (node) => {
        node.put(CALICO, CALICO_LIST)
        node.setToken(podToken(api))
        await use(node, api)
      },
      { host: HOST, port, ca },
    )
  }
  test(title, run, { timeoutMs })
}

tokenTest('G4, G5: the kubeconfig has a token that outlives the pod it was installed by', async (node, api) => {
  const mounted = podToken(api)
  node.setToken(mounted)
  const { status, stdout, stderr } = await node.run('install')
  assert.equal([status, stderr], [0, ''])
  const own = tokenOn(node)
  for (const token of [mounted, own]) assert.not.ok(stdout.includes(token))
  assert.match(node.identity(KUBECONFIG), 'mode 600,')
  assert.equal(node.names('/'), ['00-plexus.conflist', '10-calico.conflist', 'plexus', 'plexus.kubeconfig'])
  const { iat, exp, 'kubernetes.io': bound } = claimsOf(own)
  assert.equal([exp - iat, bound.pod], [DAY_S, undefined])

  deletePod(api)
  await until(() => asToken(api, mounted).status !== 0)
  assert.match(asToken(api, mounted).stderr, /Unauthorized/)
  const asked = api.kubectl(['--kubeconfig', `${node.root}${KUBECONFIG}`, 'get', 'pods'])
  assert.is(asked.status, 0, asked.stderr)
})

tokenTest('G5, K3: a token is kept until half of its life is over, and then renewed', async (node, api) => {
  await node.run('install')
  const first = node.identity(KUBECONFIG)
  node.setToken(podToken(api))
  assert.equal(await node.run('install').then(({ status, stderr }) => [status, stderr]), [0, ''])
  assert.is(node.identity(KUBECONFIG), first)

  const young = aged(api, tokenOn(node), DAY_S / 2 - 600)
  writeToken(node, api, young)
  await node.run('install')
  assert.is(tokenOn(node), young)

  const old = aged(api, young, DAY_S / 2 + 600)
  assert.is(asToken(api, old).status, 0, 'it would be good for some time')
  writeToken(node, api, old)
  const { stderr } = await node.run('install')
  assert.is(stderr, '')
  assert.is.not(tokenOn(node), old)
  assert.ok(claimsOf(tokenOn(node)).exp - Date.now() / 1000 > DAY_S - 600)
})

tokenTest('G5: an installer that stays renews the token as well', async (node, api) => {
  const installer = node.start('install', '--watch')
  await installer.says('staying')
  const old = aged(api, tokenOn(node), DAY_S - 600)
  writeToken(node, api, old)
  node.setToken(podToken(api))
  await until(() => tokenOn(node) !== old && claimsOf(tokenOn(node))['kubernetes.io'].pod === undefined)
  assert.is(asToken(api, tokenOn(node)).status, 0)
  assert.is((await installer.stop()).stderr, '')
})

tokenTest('G5: a token that is refused is renewed, as when the service account was made anew', async (node, api) => {
  await node.run('install')
  const before = tokenOn(node)
  api.kubectl(['-n', 'kube-system', 'delete', 'serviceaccount', 'plexus'])
  grant(api)
  node.setToken(podToken(api))
  const { stderr } = await node.run('install')
  assert.is(stderr, '')
  assert.is.not(tokenOn(node), before)
  assert.is(asToken(api, tokenOn(node)).status, 0)
})

tokenTest(
  "G4, K2: without the right to one the kubeconfig follows the pod's token, which is said once, until it is given",
  async (node, api) => {
    api.kubectl(['-n', 'kube-system', 'delete', 'rolebinding', 'plexus-token'])
    await until(() => !mayRequest(api))
    const [first, second] = [podToken(api), podToken(api)]
    node.setToken(first)
    const installer = node.start('install', '--watch')
    await installer.says('staying')
    assert.is(tokenOn(node), first)
    node.setToken(second)
    await until(() => tokenOn(node) === second)
    grant(api)
    const third = podToken(api)
    node.setToken(third)
    await until(() => ![second, third].includes(tokenOn(node)))
    assert.is(claimsOf(tokenOn(node))['kubernetes.io'].pod, undefined)
    const { stderr } = await installer.stop()
    assert.is(stderr.trim().split('\n').length, 1, stderr)
    assert.match(stderr, /plexus\.kubeconfig: has this pod's own token, which is refused while .*: 403 .*forbidden/)
    for (const token of [first, second, third]) assert.not.ok(stderr.includes(token))
  },
)

tokenTest(
  "G4: while the API server is away a token of the node's own stays, and else the pod's is taken; both are said",
  async (node, api) => {
    const own = aged(api, podToken(api), 60, { pod: undefined })
    writeToken(node, api, own)
    const quiet = await node.run('install')
    assert.equal([tokenOn(node), quiet.stderr], [own, ''])

    const old = aged(api, own, DAY_S - 600)
    writeToken(node, api, old)
    const { stderr } = await node.run('install')
    assert.is(tokenOn(node), old)
    assert.match(stderr, /kubeconfig: its token cannot be renewed, and is used until it expires: .*ECONNREFUSED/)

    const mounted = podToken(api)
    node.setToken(mounted)
    writeToken(node, api, aged(api, own, DAY_S + 600))
    const fallen = await node.run('install')
    assert.is(tokenOn(node), mounted)
    assert.match(fallen.stderr, /kubeconfig: has this pod's own token, .*ECONNREFUSED/)
  },
  1,
)

/** Gives the service account and all its rights, and waits until it has them. */
function grant(api: ApiServer): void {
  const { status, stderr } = api.kubectl(['apply', '-f', ACCESS])
  if (status !== 0) throw new Error(stderr)
  while (!mayRequest(api)) api.kubectl(['get', '--raw', '/readyz'])
}

function mayRequest(api: ApiServer): boolean {
  const what = ['create', 'serviceaccounts/plexus', '--subresource=token', '-n', 'kube-system']
  return api.kubectl(['--as', PLEXUS, 'auth', 'can-i', ...what]).status === 0
}

/** A token as the pod of the DaemonSet has it. */
function podToken(api: ApiServer): string {
  const metadata = { name: 'installer', namespace: 'kube-system' }
  const containers = [{ name: 'credentials', image: 'localhost/plexus' }]
  api.apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { serviceAccountName: 'plexus', containers } })
  return serviceAccountToken(api, 'plexus', { apiVersion: 'v1', kind: 'Pod', name: 'installer' })
}

function deletePod(api: ApiServer): void {
  api.kubectl(['-n', 'kube-system', 'delete', 'pod', 'installer', '--force', '--grace-period=0'])
}

function asToken(api: ApiServer, token: string): Ran {
  return api.kubectl(['--kubeconfig', api.kubeconfigFor({ token }), 'get', 'pods'])
}

function tokenOn(node: InstallNode): string {
  return parse(node.read(KUBECONFIG) ?? '').users[0].user.token
}

function writeToken(node: InstallNode, api: ApiServer, token: string): void {
  const env = { KUBERNETES_SERVICE_HOST: HOST, KUBERNETES_SERVICE_PORT: String(PORT) }
  node.put(KUBECONFIG, kubeconfigText({ token, ca: readFileSync(`${api.folder}/ca.crt`, 'utf8') }, env))
}

function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

/** A token of a day as the API server would have issued it some time ago: signed with its key. */
function aged(api: ApiServer, token: string, seconds: number, bound: object = {}): string {
  const claims = claimsOf(token)
  const iat = Math.floor(Date.now() / 1000) - seconds
  const kubernetes = { ...claims['kubernetes.io'], ...bound }
  const payload = { ...claims, iat, nbf: iat, exp: iat + DAY_S, 'kubernetes.io': kubernetes }
  const signed = `${base64url({ alg: 'RS256' })}.${base64url(payload)}`
  const signature = createSign('RSA-SHA256')
    .update(signed)
    .sign(readFileSync(`${api.folder}/server.key`))
  return `${signed}.${signature.toString('base64url')}`
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

import { X509Certificate } from 'node:crypto'
import { plexus, withFiles } from '../cli/command.ts'
import { assert, test } from '../harness.ts'
import { apiPod, apiTest, PROGRAMS, serviceAccountToken, until } from './api-node.ts'
import { type CertificateTexts, webhookManifests, webhookTest } from './webhook.ts'

const BROKEN = apiPod('broken', '{}')

function fingerprintOf(texts: CertificateTexts): string {
  return new X509Certificate(texts['tls.crt']).fingerprint256
}

function review(apiVersion: string, object: object): string {
  const request = { uid: 'u1', operation: 'CREATE', namespace: 'default', object }
  return JSON.stringify({ kind: 'AdmissionReview', apiVersion, request })
}

for (const [name, command] of PROGRAMS)
  webhookTest(
    `H2: a certificate that changes is shown without a restart, and half a change is waited out, by ${name}`,
    async (webhook) => {
      const { fingerprint: before } = await webhook.ask('/healthz')
      const renewed = webhook.certify()
      webhook.writeCertificate({ 'tls.crt': renewed['tls.crt'] })
      await until(() => webhook.log().includes('cannot be read again'))
      assert.is((await webhook.ask('/healthz')).fingerprint, before)
      webhook.writeCertificate({ 'tls.key': renewed['tls.key'] })
      await until(() => webhook.log().includes('the certificate has changed'))
      assert.is((await webhook.ask('/healthz')).fingerprint, fingerprintOf(renewed))
      await until(() => webhook.apply(BROKEN).status === 1)
      assert.is.not(before, fingerprintOf(renewed))
    },
    { command },
  )

webhookTest('H2: a review of v1beta1 is answered in v1beta1, one of v1 in v1', async (webhook) => {
  for (const version of ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1']) {
    const { status, text } = await webhook.ask('/validate', review(version, BROKEN))
    const { apiVersion, kind, response } = JSON.parse(text)
    assert.equal([status, apiVersion, kind], [200, version, 'AdmissionReview'])
    assert.equal([response.uid, response.allowed, response.status.code], ['u1', false, 403])
  }
})

webhookTest('H2: what is no review is refused in words, and the webhook lives on', async (webhook) => {
  const cases: readonly (readonly [path: string, body: string, status: number, said: RegExp])[] = [
    ['/validate', '{', 400, /the review/],
    ['/validate', '{"kind": "Pod"}', 400, /is no AdmissionReview of/],
    ['/validate', JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' }), 400, /request\.uid/],
    ['/validate', '', 405, /posted/],
    ['/other', '{}', 404, /\/validate and \/healthz/],
  ]
  for (const [path, body, status, said] of cases) {
    const answer = await webhook.ask(path, body)
    assert.is(answer.status, status, body)
    assert.match(answer.text, said)
  }
  assert.is((await webhook.ask('/validate', Buffer.alloc(9 * 2 ** 20, ' '))).status === 200, false)
  assert.equal((await webhook.ask('/healthz')).text, 'ok\n')
})

webhookTest('H2: an object that is deleted, or is none of those it knows, is admitted', async (webhook) => {
  const version = 'admission.k8s.io/v1'
  const ending = { ...BROKEN, metadata: { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' } }
  for (const object of [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }, ending]) {
    const { response } = JSON.parse((await webhook.ask('/validate', review(version, object))).text)
    assert.equal(response, { uid: 'u1', allowed: true })
  }
})

webhookTest('H2: SIGTERM ends it, and its log is a JSON object a line', async (webhook) => {
  await webhook.stop('SIGTERM')
  assert.equal(
    webhook.logged().map(({ msg }) => msg),
    ['the webhook is up', 'refused', 'the webhook ends'],
  )
})

test('H2: a webhook says which certificate it cannot start without', async () => {
  const without = plexus(['webhook', '--address', '127.0.0.1:0', '--cert-file', '/nowhere/tls.crt'])
  assert.is(without.status, 2)
  assert.match(without.stderr, 'plexus: /nowhere/tls.crt: cannot be read (ENOENT)')
  await withFiles({ 'tls.crt': 'x', 'tls.key': 'y' }, (folder) => {
    const { status, stderr } = plexus([
      'webhook',
      '--cert-file',
      `${folder}/tls.crt`,
      '--key-file',
      `${folder}/tls.key`,
    ])
    assert.is(status, 2)
    assert.match(stderr, `${folder}/tls.crt: holds no certificate in PEM`)
  })
})

apiTest('K2: a real API server takes all of deploy/webhook', {}, async ({ api }) => {
  const items = webhookManifests(api)
  const tried = api.kubectl(
    ['apply', '--dry-run=server', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  )
  assert.equal([tried.status, tried.stderr], [0, ''])
  assert.match(tried.stdout, /^deployment\.apps\/plexus-webhook \S+ \(server dry run\)$/m)
  assert.match(tried.stdout, /^validatingwebhookconfiguration\S+\/plexus-webhook \S+ \(server dry run\)$/m)
})

apiTest("K2: the webhook's service account may read definitions, and nothing else", {}, async ({ api }) => {
  api.apply(...webhookManifests(api))
  const kubeconfig = api.kubeconfigFor({ token: serviceAccountToken(api, 'plexus-webhook') })
  const may = (...args: readonly string[]) => api.kubectl(['--kubeconfig', kubeconfig, 'auth', 'can-i', ...args]).stdout
  for (const verb of ['get', 'list']) assert.is(may(verb, 'network-attachment-definitions', '-A'), 'yes\n')
  for (const what of ['pods', 'secrets', 'configmaps', 'nodes']) assert.is(may('get', what, '-A'), 'no\n')
  for (const verb of ['create', 'update', 'delete'])
    assert.is(may(verb, 'network-attachment-definitions', '-A'), 'no\n')
})

import { X509Certificate } from 'node:crypto'
import { plexus, withFiles } from '../cli/command.ts'
import { assert } from '../harness.ts'
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
    `H2a: a certificate that changes is shown without a restart, and half a change is waited out, by ${name}`,
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

webhookTest('H2a: a review of v1beta1 is answered in v1beta1, one of v1 in v1', async (webhook) => {
  for (const version of ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1']) {
    const { status, text } = await webhook.ask('/validate', review(version, BROKEN))
    const { apiVersion, kind, response } = JSON.parse(text)
    assert.equal([status, apiVersion, kind], [200, version, 'AdmissionReview'])
    assert.equal([response.uid, response.allowed, response.status.code], ['u1', false, 403])
  }
})

webhookTest('H2a: what is no review is refused in words, and the webhook lives on', async (webhook) => {
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
  assert.equal((await webhook.ask('/healthz')).text, 'ok\n')
})

for (const [name, command] of PROGRAMS)
  webhookTest(
    `H2a: a body that is too long is not read, one that does not come is not waited for, and others are answered, by ${name}`,
    async (webhook) => {
      const request = (length: number) => `POST /validate HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n{`
      const slow = webhook.askInPart(request(100))
      assert.match(await webhook.askInPart(request(9 * 2 ** 20)), /^HTTP\/1\.1 413 [\s\S]*longer than 8388608 bytes\n/)
      const many = 'a'.repeat(9 * 2 ** 20)
      const chunked = `POST /validate HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n900000\r\n${many}`
      assert.not.match(await webhook.askInPart(chunked).catch(String), 'HTTP/1.1 200')
      assert.is(webhook.apply(BROKEN).status, 1)
      assert.match(await slow, /^HTTP\/1\.1 408 [\s\S]*the body has not come within 10 s\n/)
      assert.equal((await webhook.ask('/healthz')).text, 'ok\n')
    },
    { command },
  )

webhookTest('H2a: an object that is deleted, or is none of those it knows, is admitted', async (webhook) => {
  const version = 'admission.k8s.io/v1'
  const ending = { ...BROKEN, metadata: { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' } }
  for (const object of [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }, ending]) {
    const { response } = JSON.parse((await webhook.ask('/validate', review(version, object))).text)
    assert.equal(response, { uid: 'u1', allowed: true })
  }
})

webhookTest('H2a: SIGTERM ends it, and its log is a JSON object a line', async (webhook) => {
  await webhook.stop('SIGTERM')
  assert.equal(
    webhook.logged().map(({ msg }) => msg),
    ['the webhook is up', 'refused', 'the webhook ends'],
  )
})

webhookTest('H2a: where it cannot listen, or has nothing to show, it does not start, and says why', async (webhook) => {
  const { 'tls.crt': certificate, 'tls.key': key } = webhook.certify()
  const { 'tls.key': anotherKey } = webhook.certify()
  const cases: readonly (readonly [files: object, args: readonly string[], said: RegExp])[] = [
    [{}, [], /tls\.crt: cannot be read \(ENOENT\); a webhook needs a certificate and its key\n$/],
    [{ 'tls.crt': 'x', 'tls.key': key }, [], /tls\.crt: holds no certificate in PEM\n$/],
    [{ 'tls.crt': certificate, 'tls.key': 'x' }, [], /tls\.key: holds no private key in PEM\n$/],
    [{ 'tls.crt': certificate, 'tls.key': anotherKey }, [], /tls\.key: is not the key of the certificate in \S+\n$/],
    [{ 'tls.crt': certificate, 'tls.key': key }, ['--address', '443'], /^plexus: --address: "443" is not host:port\n$/],
    [
      { 'tls.crt': certificate, 'tls.key': key },
      ['--address', webhook.address],
      /^plexus: \S+: cannot be listened at: .*EADDRINUSE.*; name another --address\n$/,
    ],
  ]
  for (const [files, args, said] of cases)
    await withFiles(files as Readonly<Record<string, string>>, (folder) => {
      const pem = ['--cert-file', `${folder}/tls.crt`, '--key-file', `${folder}/tls.key`]
      const { status, stdout, stderr } = plexus(['webhook', ...pem, ...args])
      assert.equal([status, stdout], [2, ''])
      assert.match(stderr, said)
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

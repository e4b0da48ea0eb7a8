import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect, type TLSSocket } from 'node:tls'
import { parseAllDocuments } from 'yaml'
import { test } from '../harness.ts'
import { inTemporaryFolder } from '../host/temporary.ts'
import { type Daemon, daemon } from '../node/daemon.ts'
import { type ApiServer, kubernetesPrograms, PORT, type Ran } from '../node/kube-apiserver.ts'
import { serviceAccountToken, theApiServer, until } from './api-node.ts'

/** A webhook that runs as deploy/webhook has it, and the API server that asks it. */
export type Webhook = Daemon & {
  readonly api: ApiServer
  /** Where it listens. */
  readonly address: string
  /** `kubectl apply` of objects. */
  readonly apply: (...objects: readonly object[]) => Ran
  /** Makes another certificate, with deploy/webhook/certificate.sh, and gives its files' texts. */
  readonly certify: () => CertificateTexts
  /** Replaces the files of the certificate. */
  readonly writeCertificate: (texts: Partial<CertificateTexts>) => void
  /** What it answers to a request; whom it says it is by which certificate. */
  readonly ask: (path: string, body?: string | Buffer) => Promise<Asked>
  /** What it answers to a request that is not sent to its end. */
  readonly askInPart: (beginning: string) => Promise<string>
  /** What its log says, a line an object. */
  readonly logged: () => readonly Readonly<Record<string, unknown>>[]
}

/** The files of a certificate, by the names that a Secret gives them. */
export type CertificateTexts = { readonly 'tls.crt': string; readonly 'tls.key': string }

/** An answer, and the fingerprint of the certificate that it came with. */
export type Asked = { readonly status: number; readonly text: string; readonly fingerprint: string }

const ROOT = new URL('../../', import.meta.url).pathname
const ADDRESS = '10.96.77.7'
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'
// What is missing of Kubernetes is built by the first test that needs it.
const BUILDING_MS = 600_000

/** The webhook's manifests as kustomize gives them, its Service at an address that is this machine's. */
export function webhookManifests(api: ApiServer): readonly object[] {
  const { status, stdout, stderr } = api.kubectl(['kustomize', `${ROOT}deploy/webhook`])
  if (status !== 0) throw new Error(stderr)
  const documents = parseAllDocuments(stdout)
  return (Array.isArray(documents) ? documents : []).map((document) => {
    const object = document.toJS()
    return object.kind === 'Service' ? { ...object, spec: { ...object.spec, clusterIP: ADDRESS } } : object
  })
}

/** Registers a test with a webhook that is run by a command and asked by the file's API server. */
export function webhookTest(
  title: string,
  use: (webhook: Webhook) => Promise<void>,
  options: WebhookOptions = {},
): void {
  test(title, () => withWebhook(use, options), { timeoutMs: BUILDING_MS })
}
type WebhookOptions = { readonly command?: readonly [string, ...string[]]; readonly args?: readonly string[] }

async function withWebhook(use: (webhook: Webhook) => Promise<void>, options: WebhookOptions): Promise<void> {
  const api = await theApiServer()
  api.apply(...webhookManifests(api))
  writeServiceAccount(api)
  execFileSync('ip', ['address', 'replace', `${ADDRESS}/32`, 'dev', 'lo'])
  await inTemporaryFolder(async (folder) => {
    const webhook = webhookIn(folder, api, options)
    webhook.writeCertificate(webhook.certify())
    await webhook.start()
    try {
      // The API server hears of its configuration a little later.
      await until(() => tryBroken(api).status !== 0)
      await use(webhook)
    } finally {
      await webhook.stop('SIGKILL')
    }
  })
}

function webhookIn(
  folder: string,
  api: ApiServer,
  { command = [`${ROOT}dist/plexus`], args = [] }: WebhookOptions,
): Webhook {
  const environment = ['KUBERNETES_SERVICE_HOST=127.0.0.1', `KUBERNETES_SERVICE_PORT=${PORT}`]
  const files = ['--cert-file', `${folder}/tls.crt`, '--key-file', `${folder}/tls.key`]
  const program = daemon({
    command: ['env', ...environment, ...command, 'webhook', '--address', `${ADDRESS}:443`, ...files, ...args],
    log: `${folder}/log`,
    isReady: async () => (await ask('/healthz')).status === 200,
  })
  return {
    ...program,
    api,
    address: `${ADDRESS}:443`,
    apply: (...items) => api.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items })),
    certify: () => certificateOf(api),
    writeCertificate: (texts) => {
      for (const [name, text] of Object.entries(texts)) writeFileSync(`${folder}/${name}`, text)
    },
    ask,
    askInPart,
    logged: () =>
      program
        .log()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  }
}

function certificateOf(api: ApiServer): CertificateTexts {
  const env = { PATH: `${kubernetesPrograms()}:${process.env['PATH']}`, KUBECONFIG: api.adminKubeconfig }
  execFileSync('sh', [`${ROOT}deploy/webhook/certificate.sh`], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const secret = ['get', 'secret', 'plexus-webhook-certificate', '--namespace', 'kube-system', '-o', 'json']
  const { data } = JSON.parse(api.kubectl(secret).stdout)
  const text = (name: string): string => Buffer.from(data[name], 'base64').toString()
  return { 'tls.crt': text('tls.crt'), 'tls.key': text('tls.key') }
}

// As the kubelet mounts them into the webhook's pod.
function writeServiceAccount(api: ApiServer): void {
  mkdirSync(ACCOUNT_FOLDER, { recursive: true })
  writeFileSync(`${ACCOUNT_FOLDER}/token`, serviceAccountToken(api, 'plexus-webhook'))
  execFileSync('cp', [`${api.folder}/ca.crt`, ACCOUNT_FOLDER])
}

function tryBroken(api: ApiServer): Ran {
  const broken = {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name: 'tried', namespace: 'default' },
    spec: { config: '{}' },
  }
  return api.kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(broken))
}

function ask(path: string, body: string | Buffer = ''): Promise<Asked> {
  const method = body.length === 0 ? 'GET' : 'POST'
  return new Promise((resolve) => {
    const nothing = { status: 0, text: '', fingerprint: '' }
    const options = { host: ADDRESS, port: 443, path, method, agent: false, rejectUnauthorized: false }
    const asking = request(options, (response) => {
      const { fingerprint256: fingerprint } = (response.socket as TLSSocket).getPeerCertificate()
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, fingerprint }))
    })
    asking.on('error', () => resolve(nothing))
    asking.end(body)
  })
}

function askInPart(beginning: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: ADDRESS, port: 443, rejectUnauthorized: false }, () => socket.write(beginning))
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

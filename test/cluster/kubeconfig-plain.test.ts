import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { stringify } from 'yaml'
import { plainKubeconfig } from '../../src/cluster/kubeconfig-plain.ts'
import { assert, test } from '../harness.ts'

const SERVER = { server: 'https://192.0.2.1:6443/prefix' }
const CONTEXT = { name: 'here', context: { cluster: 'c', user: 'u', namespace: 'default' } }
const ELSEWHERE = { name: 'elsewhere', context: { cluster: 'other', user: 'u' } }

const PLAIN: Readonly<Record<string, readonly [cluster: object, user: object]>> = {
  'a token': [SERVER, { token: 'abc.def' }],
  'a token file beside it': [SERVER, { tokenFile: 'token' }],
  'a token file, which counts before a token': [SERVER, { token: 'old', tokenFile: 'token' }],
  'no user to speak of': [SERVER, {}],
  'an authority in a file': [{ ...SERVER, 'certificate-authority': 'ca.crt' }, { token: 't' }],
  'an authority as data': [{ ...SERVER, 'certificate-authority-data': base64('-- ca --') }, { token: 't' }],
  'no authority wanted': [{ ...SERVER, 'insecure-skip-tls-verify': true }, { token: 't' }],
  'an authority wanted': [{ ...SERVER, 'insecure-skip-tls-verify': false }, { token: 't' }],
  'a client certificate in files': [SERVER, { 'client-certificate': 'me.crt', 'client-key': 'me.key' }],
  'a client certificate as data': [
    SERVER,
    { 'client-certificate-data': base64('-- crt --'), 'client-key-data': base64('-- key --') },
  ],
}

const FORMS: Readonly<Record<string, (config: object) => string>> = {
  YAML: (config) => stringify(config),
  JSON: (config) => JSON.stringify(config),
  'JSON below a comment': (config) => `# Made by hand.\n\n${JSON.stringify(config, null, 2)}\n`,
}

for (const [what, [cluster, user]] of Object.entries(PLAIN))
  for (const [form, textOf] of Object.entries(FORMS))
    test(`C14: a kubeconfig with ${what}, as ${form}, says what the client library says of it`, () =>
      withFolder(async (folder) => {
        const path = written(folder, textOf(configOf(cluster, user)))
        const plain = await plainKubeconfig(path)
        assert.equal(plain && { ...plain, tls: comparable(plain.tls) }, await byLibrary(path, user))
      }))

const BEYOND: Readonly<Record<string, object>> = {
  'an exec plugin': configOf(SERVER, { exec: { apiVersion: 'v1', command: 'x' } }),
  'a password': configOf(SERVER, { username: 'a', password: 'b' }),
  'somebody to impersonate': configOf(SERVER, { token: 't', as: 'other' }),
  'a proxy': configOf({ ...SERVER, 'proxy-url': 'http://192.0.2.9' }, { token: 't' }),
  'another name for the server': configOf({ ...SERVER, 'tls-server-name': 'x' }, { token: 't' }),
  'a token that is no text': configOf(SERVER, { token: 7 }),
  'no current context': { ...configOf(SERVER, {}), 'current-context': undefined },
  'a context that is not there': { ...configOf(SERVER, {}), 'current-context': 'nowhere' },
  'no user': { ...configOf(SERVER, {}), users: [] },
  'clusters that are no list': { ...configOf(SERVER, {}), clusters: {} },
  'a server that is no URL': configOf({ server: 'nonsense' }, {}),
}

for (const [what, config] of Object.entries(BEYOND))
  test(`C14: a kubeconfig with ${what} is left to the client library`, () =>
    withFolder(async (folder) => {
      assert.is(await plainKubeconfig(written(folder, JSON.stringify(config))), undefined)
    }))

for (const text of ['', '{', '[]', 'a: b: c', '# nothing'])
  test(`C14: a kubeconfig that is ${JSON.stringify(text)} is left to the client library`, () =>
    withFolder(async (folder) => assert.is(await plainKubeconfig(written(folder, text)), undefined)))

function configOf(cluster: object, user: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    clusters: [
      { name: 'other', cluster: { server: 'https://192.0.2.2' } },
      { name: 'c', cluster },
    ],
    users: [{ name: 'u', user }],
    contexts: [ELSEWHERE, CONTEXT],
    'current-context': 'here',
  }
}

// The library knows no `tokenFile`; what it makes of `token` is what a token file is to come to.
async function byLibrary(path: string, user: object): Promise<object> {
  const config = new KubeConfig()
  config.loadFromFile(path)
  if ('tokenFile' in user)
    config.loadFromString(JSON.stringify(configOf(SERVER, { token: 'from a file' })), { onInvalidEntry: 'throw' })
  const tls: RequestOptions = {}
  await config.applyToHTTPSOptions(tls)
  return { server: config.getCurrentCluster()?.server, tls: comparable(tls) }
}

function comparable({ ca, cert, key, rejectUnauthorized, headers }: RequestOptions): object {
  const text = (one: unknown): string | undefined => (one === undefined ? undefined : String(one))
  const { Authorization } = (headers ?? {}) as Readonly<Record<string, string>>
  return {
    ...{ ca: text(ca), cert: text(cert), key: text(key), verified: rejectUnauthorized !== false },
    authorization: Authorization?.trim(),
  }
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync('/tmp/plexus-kubeconfig-')
  try {
    for (const name of ['ca.crt', 'me.crt', 'me.key']) writeFileSync(`${folder}/${name}`, `-- ${name} --`)
    writeFileSync(`${folder}/token`, 'from a file\n')
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function written(folder: string, text: string): string {
  writeFileSync(`${folder}/config`, text)
  return `${folder}/config`
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

import { readFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { isJsonObject, type Json, type JsonObject } from '../cni/index.ts'
import { yamlDocuments } from './yaml-documents.ts'

/** What a kubeconfig's current context says: where the API server is, whom to trust, and with what to ask. */
export type PlainKubeconfig = { readonly server: string; readonly tls: RequestOptions }

const CLUSTER_KEYS = ['server', 'certificate-authority', 'certificate-authority-data', 'insecure-skip-tls-verify']
const USER_KEYS = [
  ...['token', 'tokenFile'],
  ...['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data'],
]

/**
 * Reads a kubeconfig whose current context has nothing but what nearly all have: a server, an authority, and a token, a
 * token file or a client certificate. The files it names are read, now.
 * @returns undefined for any other, and for one that is wrong: those are the client library's to understand.
 * @throws Error of a file that it names and that cannot be read.
 */
export async function plainKubeconfig(path: string): Promise<PlainKubeconfig | undefined> {
  const config = await contentOf(path)
  const context = named(config, 'contexts', config?.['current-context'], 'context')
  const cluster = named(config, 'clusters', context?.['cluster'], 'cluster')
  const user = named(config, 'users', context?.['user'], 'user')
  const server = cluster?.['server']
  if (!cluster || !user || typeof server !== 'string' || !URL.canParse(server)) return undefined
  if (!hasOnly(cluster, CLUSTER_KEYS) || !hasOnly(user, USER_KEYS)) return undefined
  const token = user['tokenFile'] ? readFileSync(beside(path, user['tokenFile']), 'utf8') : user['token']
  return {
    server,
    tls: {
      ...bytes('ca', path, cluster, 'certificate-authority'),
      ...bytes('cert', path, user, 'client-certificate'),
      ...bytes('key', path, user, 'client-key'),
      ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
      ...(token ? { headers: { Authorization: `Bearer ${token}` } } : {}),
    },
  }
}

// One that is written as JSON, below a comment or not, is read without the reader of YAML.
async function contentOf(path: string): Promise<JsonObject | undefined> {
  try {
    const text = readFileSync(path, 'utf8')
    const written = text.replace(/^(#.*\n|\s)+/, '')
    const value = written.startsWith('{') ? (JSON.parse(written) as Json) : (await yamlDocuments(text, path))[0]?.value
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function named(
  config: JsonObject | undefined,
  list: string,
  name: Json | undefined,
  key: string,
): JsonObject | undefined {
  const entries = config?.[list]
  if (!Array.isArray(entries) || typeof name !== 'string') return undefined
  const entry: unknown = entries.find((one) => isJsonObject(one) && one['name'] === name)
  const value = isJsonObject(entry) ? entry[key] : undefined
  return isJsonObject(value) ? value : undefined
}

function hasOnly(value: JsonObject, keys: readonly string[]): boolean {
  return Object.entries(value).every(
    ([key, inner]) => keys.includes(key) && (typeof inner === 'string' || key === 'insecure-skip-tls-verify'),
  )
}

// client-go: what is written in the kubeconfig counts before the file that it names.
function bytes(option: 'ca' | 'cert' | 'key', path: string, value: JsonObject, key: string): RequestOptions {
  const [written, file] = [value[`${key}-data`], value[key]]
  if (written) return { [option]: Buffer.from(String(written), 'base64') }
  return file ? { [option]: readFileSync(beside(path, file)) } : {}
}

// client-go: a relative path is relative to the kubeconfig.
function beside(path: string, file: Json): string {
  return String(file).startsWith('/') ? String(file) : `${path.slice(0, path.lastIndexOf('/') + 1)}${file}`
}

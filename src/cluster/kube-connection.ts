import { readFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { CniError, CODE, isJsonObject, type JsonObject } from '../cni/index.ts'
import { type PlainKubeconfig, plainKubeconfig } from './kubeconfig-plain.ts'
import { yamlDocuments } from './yaml-documents.ts'

/** Where the API server is, and what a request to it carries. */
export type Connection = { readonly server: URL; readonly tls: RequestOptions }

/** In place of a kubeconfig: the API server as every pod knows it, as the pod's service account. */
export const IN_CLUSTER = 'in-cluster'

const MOST_CONNECTIONS = 16
// An exec plugin that hangs must not keep a pod waiting for ever.
const PATIENCE_MS = 10_000

// Said, because an environment with NODE_TLS_REJECT_UNAUTHORIZED=0 decides where it is not: only a kubeconfig may give
// up knowing whom its token is sent to (`insecure-skip-tls-verify`).
const VERIFIED: RequestOptions = { rejectUnauthorized: true }

/**
 * What a kubeconfig says of the API server and of who asks it. Files it names are read, and its exec plugin is run, now.
 * @param kubeconfig The path of one, or {@link IN_CLUSTER}.
 * @throws CniError 7 that names the kubeconfig.
 */
export async function kubeConnection(kubeconfig: string): Promise<Connection> {
  try {
    const plain = kubeconfig === IN_CLUSTER ? undefined : await plainKubeconfig(kubeconfig)
    const { server, tls } = plain ?? (await understood(kubeconfig))
    const agent = tls.agent ? {} : await connectionsKept(server)
    return { server: new URL(server), tls: { ...VERIFIED, ...tls, ...agent, headers: trimmed(tls.headers) } }
  } catch (fault) {
    throw new CniError(CODE.invalidConfiguration, `kubeconfig ${kubeconfig}: cannot be used: ${reasonOf(fault)}`)
  }
}

async function understood(kubeconfig: string): Promise<PlainKubeconfig> {
  // Loaded late: it costs 10 ms in the executable, and a fifth of a second under Node.js.
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js')
  const config = new KubeConfig()
  if (kubeconfig === IN_CLUSTER) config.loadFromCluster()
  else config.loadFromFile(kubeconfig)
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new Error('its current context names no cluster')
  const tls: RequestOptions = {}
  await inTime(config.applyToHTTPSOptions(tls))
  const token = await fileToken(kubeconfig, config.getCurrentUser()?.name)
  const { agent: throughProxy, ...rest } = tls
  const agent = cluster.proxyUrl && throughProxy ? { agent: throughProxy } : {}
  return { server: cluster.server, tls: { ...rest, ...agent, headers: { ...tls.headers, ...token } } }
}

// The reader of YAML quotes the lines around its error, and a kubeconfig has credentials in them.
function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault)
  const { mark } = fault as { readonly mark?: { readonly line: number; readonly column: number } }
  return mark ? `is not YAML (line ${mark.line + 1}, column ${mark.column + 1})` : fault.message
}

// The client library knows the key `token-file` only; kubectl and all who write kubeconfigs, `tokenFile`.
async function fileToken(kubeconfig: string, user: string | undefined): Promise<RequestOptions['headers']> {
  if (kubeconfig === IN_CLUSTER) return {}
  const text = readFileSync(kubeconfig, 'utf8')
  if (!text.includes('tokenFile')) return {}
  const [document] = await yamlDocuments(text, kubeconfig)
  const { users } = objectOf(document?.value)
  const entry = Array.isArray(users) ? users.find((one) => objectOf(one)['name'] === user) : undefined
  const { tokenFile } = objectOf(objectOf(entry)['user'])
  if (typeof tokenFile !== 'string') return {}
  const { dirname, resolve } = await import('node:path')
  return { Authorization: `Bearer ${readFileSync(resolve(dirname(kubeconfig), tokenFile), 'utf8')}` }
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

// A connection is half of what a request costs. One that waits for the next request keeps no process alive. The
// executable's own way to send a request keeps them by itself.
async function connectionsKept(server: string): Promise<Pick<RequestOptions, 'agent'>> {
  if (process.versions['bun'] !== undefined) return {}
  const { Agent } = server.startsWith('http:') ? await import('node:http') : await import('node:https')
  return { agent: new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS }) }
}

async function inTime<T>(step: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no credentials within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS)
  })
  try {
    return await Promise.race([step, late])
  } finally {
    clearTimeout(timer)
  }
}

// A token file ends with a line break, and a header may hold none.
function trimmed(headers: RequestOptions['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value).trim()]))
}

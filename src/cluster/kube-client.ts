import type { RequestOptions } from 'node:https'
import { CniError, CODE } from '../cni/index.ts'
import { KubeError } from './kube-error.ts'
import { type Answer, send } from './kube-http.ts'

/** A request to the API server. */
export type KubeRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object
  readonly contentType?: string
  /** In milliseconds, for the whole answer. */
  readonly timeoutMs?: number
}

/** The API server, as whom a kubeconfig says. */
export interface KubeClient {
  /** The object at a path. @throws KubeError */
  get(path: string, query?: Readonly<Record<string, string>>): Promise<unknown>
  /** Applies a JSON merge patch. @throws KubeError */
  patch(path: string, body: object): Promise<void>
  /** Creates an object. @throws KubeError */
  post(path: string, body: object): Promise<void>
  /**
   * Follows a list: each line of the answer as it comes, until the server ends it or the signal does.
   * @throws KubeError
   */
  watch(
    path: string,
    query: Readonly<Record<string, string>>,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void>
}

/** How a client goes about it. */
export type KubeClientOptions = {
  /** In milliseconds, for each request but a watch. */
  readonly tryMs?: number
  /** Whether connections are kept for the next request: they keep the process as well. */
  readonly keepAlive?: boolean
}

const TRY_MS = 5_000
const MOST_CONNECTIONS = 16
const MERGE_PATCH = 'application/merge-patch+json'

/**
 * A client with the server, trust and credentials of a kubeconfig: token, token file, client certificate or exec
 * plugin, with a private CA or without. Credentials that are refused are read again, once.
 * @throws CniError 7 where the kubeconfig cannot be read, with its first request.
 */
export function kubeClient(kubeconfig: string, given: KubeClientOptions = {}): KubeClient {
  const { tryMs = TRY_MS, keepAlive = false } = given
  let options: Promise<ConnectionOptions> | undefined
  const connection = (): Promise<ConnectionOptions> => {
    options ??= loadConnection(kubeconfig, keepAlive)
    return options
  }
  const request = async (
    wanted: KubeRequest,
    onLine?: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<Answer> => {
    const answer = await send(await connection(), { timeoutMs: tryMs, ...wanted }, onLine, signal)
    if (answer.status !== 401) return answer
    options = undefined
    return send(await connection(), { timeoutMs: tryMs, ...wanted }, onLine, signal)
  }
  return {
    get: async (path, query = {}) => json(await request({ method: 'GET', path, query }), 'GET', path),
    async patch(path, body) {
      json(await request({ method: 'PATCH', path, body, contentType: MERGE_PATCH }), 'PATCH', path)
    },
    async post(path, body) {
      json(await request({ method: 'POST', path, body }), 'POST', path)
    },
    async watch(path, query, onLine, signal) {
      json(
        await request({ method: 'GET', path, query: { ...query, watch: 'true' }, timeoutMs: 0 }, onLine, signal),
        'WATCH',
        path,
      )
    },
  }
}

/** Where the API server is, and what a request to it carries. */
export type ConnectionOptions = { readonly server: URL; readonly tls: RequestOptions }

async function loadConnection(kubeconfig: string, keepAlive: boolean): Promise<ConnectionOptions> {
  // Loaded late: it costs a fifth of a second under Node.js, and no call that the agent answers needs it.
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js')
  try {
    const config = new KubeConfig()
    config.loadFromFile(kubeconfig)
    const server = config.getCurrentCluster()?.server
    if (server === undefined) throw new Error('it names no server')
    const tls: RequestOptions = {}
    await config.applyToHTTPSOptions(tls)
    const { agent: _, ...rest } = tls
    const agent = keepAlive ? { agent: await connectionsKept(server) } : {}
    return { server: new URL(server), tls: { ...rest, ...agent } }
  } catch (fault) {
    const said = fault instanceof Error ? fault.message : String(fault)
    throw new CniError(CODE.invalidConfiguration, `kubeconfig ${kubeconfig}: cannot be used: ${said}`, { cause: fault })
  }
}

async function connectionsKept(server: string): Promise<NonNullable<RequestOptions['agent']>> {
  const { Agent } = server.startsWith('http:') ? await import('node:http') : await import('node:https')
  return new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS })
}

function json({ status, text, retryAfterMs }: Answer, verb: string, path: string): unknown {
  if (status >= 200 && status < 300) return text === '' ? undefined : parsed(text, verb, path)
  const message = `${verb} ${path}: ${status} ${reasonOf(text)}`
  throw new KubeError(message, { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
}

function parsed(text: string, verb: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KubeError(`${verb} ${path}: the answer is not JSON`, { cause })
  }
}

// The API server says why in a Status object; whoever stands before it may say anything.
function reasonOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown }
    if (typeof message === 'string') return message
  } catch {
    // Not the API server's words, then.
  }
  return text.trim().slice(0, 200)
}

import { answerValue } from './kube-answer.ts'
import { type Connection, kubeConnection } from './kube-connection.ts'
import { send } from './kube-http.ts'
import type { Answer, KubeRequest } from './kube-request.ts'

/**
 * The API server, as whom a kubeconfig says. Each request is one try of at most five seconds, or of `timeoutMs` where
 * that is less.
 */
export interface KubeClient {
  /** The object at a path. @throws KubeError */
  get(path: string, query?: Readonly<Record<string, string>>, timeoutMs?: number): Promise<unknown>
  /** Applies a JSON merge patch. @throws KubeError */
  patch(path: string, body: object, timeoutMs?: number): Promise<void>
  /** Replaces an object that was read. @throws KubeError */
  put(path: string, body: object, timeoutMs?: number): Promise<void>
  /** Creates an object. @throws KubeError */
  post(path: string, body: object, timeoutMs?: number): Promise<void>
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

const TRY_MS = 5_000
const MERGE_PATCH = 'application/merge-patch+json'

/**
 * A client with the server, trust and credentials of a kubeconfig: token, token file, client certificate or exec
 * plugin, with a private CA or without. Credentials that are refused are read again, once.
 * @throws CniError 7 where the kubeconfig cannot be used, with the request.
 */
export function kubeClient(kubeconfig: string): KubeClient {
  let known: Promise<Connection> | undefined
  const connection = async (): Promise<Connection> => {
    known ??= kubeConnection(kubeconfig)
    try {
      return await known
    } catch (fault) {
      known = undefined
      throw fault
    }
  }
  const request = async (
    wanted: KubeRequest,
    onLine?: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<Answer> => {
    const answer = await send(await connection(), wanted, onLine, signal)
    if (answer.status !== 401) return answer
    known = undefined
    return send(await connection(), wanted, onLine, signal)
  }
  const tryMs = (timeoutMs: number | undefined): number => Math.max(1, Math.min(TRY_MS, timeoutMs ?? TRY_MS))
  return {
    async get(path, query = {}, timeoutMs) {
      return answerValue(await request({ method: 'GET', path, query, timeoutMs: tryMs(timeoutMs) }), 'GET', path)
    },
    async patch(path, body, timeoutMs) {
      const wanted = { method: 'PATCH', path, body, contentType: MERGE_PATCH, timeoutMs: tryMs(timeoutMs) } as const
      answerValue(await request(wanted), 'PATCH', path)
    },
    async put(path, body, timeoutMs) {
      answerValue(await request({ method: 'PUT', path, body, timeoutMs: tryMs(timeoutMs) }), 'PUT', path)
    },
    async post(path, body, timeoutMs) {
      answerValue(await request({ method: 'POST', path, body, timeoutMs: tryMs(timeoutMs) }), 'POST', path)
    },
    async watch(path, query, onLine, signal) {
      const wanted = { method: 'GET', path, query: { ...query, watch: 'true' }, timeoutMs: 0 } as const
      answerValue(await request(wanted, onLine, signal), 'WATCH', path)
    },
  }
}

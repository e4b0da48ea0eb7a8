import { isJsonObject, type JsonObject } from '../cni/index.ts'
import { apiPath } from './api-path.ts'
import { answerValue } from './kube-answer.ts'
import type { Connection } from './kube-connection.ts'
import { KubeError } from './kube-error.ts'
import { send } from './kube-http.ts'

/** Where an API server is. */
export type ApiServer = {
  readonly url: string
  /** The certificates of its authority, PEM. */
  readonly ca: string
}

/** What a service account's token says of itself. */
export type TokenClaims = {
  readonly namespace: string
  readonly name: string
  /** Whether it is good only as long as a certain pod is there. */
  readonly isPodBound: boolean
  /** When it was issued and when it expires, in milliseconds; undefined where it never does. */
  readonly life: { readonly from: number; readonly to: number } | undefined
}

const TRY_MS = 5_000
const SUBJECT = /^system:serviceaccount:([^:]+):([^:]+)$/

/** What a token says, unverified; undefined where it is no service account's. */
export function tokenClaims(token: string): TokenClaims | undefined {
  const { sub, iat, exp, 'kubernetes.io': bound } = payloadOf(token)
  const [, namespace, name] = SUBJECT.exec(typeof sub === 'string' ? sub : '') ?? []
  if (namespace === undefined || name === undefined) return undefined
  const isPodBound = isJsonObject(bound) && bound['pod'] !== undefined
  const hasLife = typeof iat === 'number' && typeof exp === 'number'
  return { namespace, name, isPodBound, life: hasLife ? { from: iat * 1000, to: exp * 1000 } : undefined }
}

/**
 * Asks for another token of the service account that a token is of: one that is bound to no pod. The API server may
 * give it a shorter life than is wished for.
 * @throws KubeError; with status 403 where the service account has no right to.
 */
export async function requestToken(
  server: ApiServer,
  token: string,
  { namespace, name }: Pick<TokenClaims, 'namespace' | 'name'>,
  seconds: number,
): Promise<string> {
  const path = apiPath`/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: seconds },
  }
  const answer = await send(connection(server, token), { method: 'POST', path, body, timeoutMs: TRY_MS })
  const { status } = objectOf(answerValue(answer, 'POST', path))
  const { token: issued } = objectOf(status)
  if (typeof issued === 'string' && issued !== '') return issued
  throw new KubeError(`POST ${path}: the answer has no token`)
}

/** Whether the API server refuses a token. It does not where it is away, or has another fault. */
export async function isTokenRefused(server: ApiServer, token: string): Promise<boolean> {
  try {
    // What everybody may read: whoever is refused this is refused for his token.
    const { status } = await send(connection(server, token), { method: 'GET', path: '/version', timeoutMs: TRY_MS })
    return status === 401
  } catch (fault) {
    if (fault instanceof KubeError) return false
    throw fault
  }
}

function connection({ url, ca }: ApiServer, token: string): Connection {
  return { server: new URL(url), tls: { ca, headers: { Authorization: `Bearer ${token}` } } }
}

// A JSON Web Token: header, payload and signature (RFC 7519, 3).
function payloadOf(token: string): JsonObject {
  try {
    return objectOf(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()))
  } catch {
    return {}
  }
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

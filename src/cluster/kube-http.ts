import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Connection } from './kube-connection.ts'
import { KubeError } from './kube-error.ts'

/** A request to the API server. */
export type KubeRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object
  readonly contentType?: string
  /** In milliseconds, for the whole answer; 0 is for ever. */
  readonly timeoutMs: number
}

/** An answer of the API server, whatever its status; without text where its lines were given away as they came. */
export type Answer = { readonly status: number; readonly text: string; readonly retryAfterMs: number | undefined }

/**
 * Sends one request and waits for the whole answer.
 * @param onLine Gets each line of a successful answer as it comes, in place of the answer's text.
 * @throws KubeError without a status where no whole answer came in time.
 */
export async function send(
  { server, tls }: Connection,
  request: KubeRequest,
  onLine?: (line: string) => void,
  signal?: AbortSignal,
): Promise<Answer> {
  const { request: start } = server.protocol === 'http:' ? await import('node:http') : await import('node:https')
  const { method, path, query = {}, body, contentType = 'application/json', timeoutMs } = request
  const search = new URLSearchParams(query).toString()
  const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}${search && `?${search}`}`, server)
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    ...tls.headers,
    accept: 'application/json',
    ...(text === undefined ? {} : bodyHeaders(text, contentType)),
  }
  const options = { ...tls, method, headers, ...(signal ? { signal } : {}) } as RequestOptions
  const answered = new Promise<Answer>((resolve, reject) => {
    const sent = start(url, options, (response) => {
      received(response, onLine).then(resolve, reject)
    })
    if (timeoutMs > 0) endAfter(sent, timeoutMs)
    sent.on('error', reject)
    sent.end(text)
  })
  return answered.catch((cause: unknown) => {
    throw new KubeError(`${method} ${url.origin}${path}: ${wordsOf(cause)}`, { cause })
  })
}

function bodyHeaders(text: string, contentType: string): Readonly<Record<string, string | number>> {
  return { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }
}

function endAfter(sent: ClientRequest, ms: number): void {
  const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${ms / 1000} s`)), ms)
  sent.on('close', () => clearTimeout(timer))
}

async function received(response: IncomingMessage, onLine?: (line: string) => void): Promise<Answer> {
  const { statusCode: status = 0 } = response
  const given = status >= 200 && status < 300 ? onLine : undefined
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response) text = given ? linesOf(text + chunk, given) : text + chunk
  if (!response.complete) throw new Error('the connection was closed in the middle of the answer')
  const retryAfter = Number(response.headers['retry-after'])
  return { status, text: given ? '' : text, retryAfterMs: retryAfter > 0 ? retryAfter * 1000 : undefined }
}

// What follows the last line break is the beginning of the next line.
function linesOf(text: string, onLine: (line: string) => void): string {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  for (const line of lines) if (line !== '') onLine(line)
  return rest
}

function wordsOf(fault: unknown): string {
  if (fault instanceof AggregateError) return fault.errors.map(wordsOf).join('; ')
  return fault instanceof Error ? fault.message : String(fault)
}

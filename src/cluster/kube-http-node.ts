import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { type Answer, type HttpRequest, retryAfter } from './kube-request.ts'

/**
 * Sends one request by `node:https`; see {@link send} of `kube-http.ts`.
 * @throws Error where no whole answer came in time.
 */
export async function sentByNode(
  { url, method, headers, text, timeoutMs, tls }: HttpRequest,
  onLine?: (line: string) => void,
  signal?: AbortSignal,
): Promise<Answer> {
  const { request: start } = url.protocol === 'http:' ? await import('node:http') : await import('node:https')
  const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) }
  const options = {
    ...tls,
    method,
    headers: { ...headers, ...length },
    ...(signal ? { signal } : {}),
  } as RequestOptions
  return new Promise<Answer>((resolve, reject) => {
    const sent = start(url, options, (response) => {
      received(response, onLine).then(resolve, reject)
    })
    if (timeoutMs > 0) endAfter(sent, timeoutMs)
    sent.on('error', reject)
    sent.end(text)
  })
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
  return { status, text: given ? '' : text, retryAfterMs: retryAfter(response.headers['retry-after']) }
}

// What follows the last line break is the beginning of the next line.
function linesOf(text: string, onLine: (line: string) => void): string {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  for (const line of lines) if (line !== '') onLine(line)
  return rest
}

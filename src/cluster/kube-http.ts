import type { Connection } from './kube-connection.ts'
import { KubeError } from './kube-error.ts'
import { sentByFetch } from './kube-http-bun.ts'
import type { Answer, KubeRequest } from './kube-request.ts'

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
  const { method, path, query = {}, body, contentType = 'application/json', timeoutMs } = request
  const search = new URLSearchParams(query).toString()
  const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}${search && `?${search}`}`, server)
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    ...(tls.headers as Readonly<Record<string, string>> | undefined),
    accept: 'application/json',
    ...(text === undefined ? {} : { 'content-type': contentType }),
  }
  const sending = { url, method, headers, text, timeoutMs, tls }
  try {
    // A call asks a little and ends; what is followed for hours goes by what has done so for years.
    if (process.versions['bun'] !== undefined && !tls.agent && !onLine) return await sentByFetch(sending)
    const { sentByNode } = await import('./kube-http-node.ts')
    return await sentByNode(sending, onLine, signal)
  } catch (cause) {
    throw new KubeError(`${method} ${url.origin}${path}: ${wordsOf(cause)}`, { cause })
  }
}

function wordsOf(fault: unknown): string {
  if (fault instanceof AggregateError) return fault.errors.map(wordsOf).join('; ')
  return fault instanceof Error ? fault.message : String(fault)
}

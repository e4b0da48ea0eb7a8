import { type Answer, type HttpRequest, retryAfter } from './kube-request.ts'

/**
 * Sends one request by the executable's `fetch`: its first answer is there 7 ms sooner than that of `node:https`, and
 * connections are kept; see {@link send} of `kube-http.ts`.
 * @throws Error where no whole answer came in time.
 */
export async function sentByFetch({ url, method, headers, text, timeoutMs, tls }: HttpRequest): Promise<Answer> {
  const controller = new AbortController()
  const late = new Error(`no answer within ${timeoutMs / 1000} s`)
  const timer = timeoutMs > 0 ? setTimeout(() => controller.abort(late), timeoutMs) : undefined
  const { ca, cert, key, rejectUnauthorized, servername } = tls
  const init = {
    method,
    // A compressed answer saves nothing on the way, and takes time at both ends.
    headers: { ...headers, 'accept-encoding': 'identity' },
    body: text ?? null,
    tls: { ca, cert, key, rejectUnauthorized, ...(servername ? { serverName: servername } : {}) },
    // A token is for the server it was made for: neither the environment nor an answer sends it elsewhere.
    proxy: false,
    redirect: 'manual',
    signal: controller.signal,
  }
  try {
    const response = await fetch(url, init as RequestInit)
    const { status } = response
    return { status, text: await response.text(), retryAfterMs: retryAfter(response.headers.get('retry-after')) }
  } catch (fault) {
    throw controller.signal.aborted ? late : worded(fault, url)
  } finally {
    clearTimeout(timer)
  }
}

// In the words of node:https, which people search for.
function worded(fault: unknown, { hostname, port, protocol }: URL): unknown {
  const code = (fault as NodeJS.ErrnoException).code
  switch (code) {
    case 'ECONNREFUSED':
      return new Error(`connect ECONNREFUSED ${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`, {
        cause: fault,
      })
    case 'ECONNRESET':
      return new Error('the connection was closed before the whole answer was there', { cause: fault })
    default:
      return fault
  }
}

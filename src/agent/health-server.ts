import { createServer, type ServerResponse } from 'node:http'
import { CniError, CODE } from '../cni/index.ts'
import { hostAndPort } from '../host/index.ts'
import type { Metrics } from './metrics.ts'

/** Where probes and Prometheus ask. */
export type HealthServer = { readonly close: () => void }

/** What a health server tells. */
export type Health = {
  /** Why the node is not ready; nothing where it is. */
  readonly unready: () => readonly string[]
  readonly metrics: Metrics
}

/**
 * Answers `/healthz`, `/readyz` and `/metrics` at `host:port`.
 * @throws CniError 4 where that is no address, 5 where it cannot be listened at.
 */
export async function openHealthServer(address: string, health: Health): Promise<HealthServer> {
  const { host, port } = hostAndPort(address, '--health-address')
  const server = createServer((request, response) => {
    void answer(request.url ?? '', response, health)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (fault) => {
      reject(
        new CniError(
          CODE.ioFailure,
          `${address}: cannot be listened at: ${fault.message}; name another --health-address`,
        ),
      )
    })
    server.listen(port, host, resolve)
  })
  return {
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(url: string, response: ServerResponse, { unready, metrics }: Health): Promise<void> {
  const [path] = url.split('?')
  switch (path) {
    case '/healthz':
      return say(response, 200, 'ok\n')
    case '/readyz': {
      const why = unready()
      return why.length === 0 ? say(response, 200, 'ok\n') : say(response, 503, why.map((one) => `${one}\n`).join(''))
    }
    case '/metrics':
      return say(response, 200, await metrics.text(), metrics.contentType)
    default:
      return say(response, 404, 'there are /healthz, /readyz and /metrics\n')
  }
}

function say(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type })
  response.end(text)
}

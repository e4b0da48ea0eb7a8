import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { CLOCK } from '../cluster/index.ts'
import { CniError, CODE } from '../cni/index.ts'
import { hostAndPort } from '../host/index.ts'
import type { Certificate } from './certificate.ts'

/** A server that can show another certificate. */
export type HttpsServer = {
  /** Shows this one to all who connect from now on. */
  readonly renew: (certificate: Certificate) => void
  /** Takes no new connections; resolves when what is asked has been answered, and after `ms` at the latest. */
  readonly close: (ms: number) => Promise<void>
}

/** Answers a request, to its end. */
export type Answering = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const HANDSHAKE_MS = 10_000
// Longer than the API server keeps a connection that it does not use (90 s), so that it is never the one surprised.
const IDLE_MS = 120_000
// What is written last has to be sent.
const FAREWELL_MS = 200

/**
 * Listens at `host:port`.
 * @throws CniError 4 where that is no address, 5 where it cannot be listened at.
 */
export async function openHttpsServer(
  address: string,
  certificate: Certificate,
  answer: Answering,
): Promise<HttpsServer> {
  const { host, port } = hostAndPort(address, '--address')
  const sockets = new Set<Socket>()
  const open = new Set<Promise<void>>()
  // Apart from the TLS server: the one of `node:https` cannot change its certificate under Bun.
  const http = createServer({ keepAliveTimeout: IDLE_MS }, (request, response) => {
    const exchange = answer(request, response).finally(() => open.delete(exchange))
    open.add(exchange)
  })
  const tls = createTlsServer({ ...certificate, handshakeTimeout: HANDSHAKE_MS }, (socket) => {
    keep(sockets, socket)
    http.emit('connection', socket)
  })
  await new Promise<void>((resolve, reject) => {
    tls.once('error', ({ message }) =>
      reject(new CniError(CODE.ioFailure, `${address}: cannot be listened at: ${message}; name another --address`)),
    )
    tls.listen(port, host, resolve)
  })
  return {
    renew: (renewed) => tls.setSecureContext(renewed),
    async close(ms) {
      tls.close()
      await Promise.race([Promise.all(open), CLOCK.delay(ms)])
      for (const socket of sockets) socket.end()
      await CLOCK.delay(FAREWELL_MS)
      for (const socket of sockets) socket.destroy()
    },
  }
}

function keep(sockets: Set<Socket>, socket: TLSSocket): void {
  sockets.add(socket)
  socket.setTimeout(IDLE_MS, () => socket.destroy())
  socket.on('close', () => sockets.delete(socket))
  // A peer that goes away is no fault of anybody's.
  socket.on('error', () => socket.destroy())
}

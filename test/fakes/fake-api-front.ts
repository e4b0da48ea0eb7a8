import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ApiServer } from '../node/kube-apiserver.ts'
import type { KubeUser } from '../node/kube-credentials.ts'

/** What stands between answers in the API server's place, or lets the request through. */
export type Intervention =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'pass'
  /** Never answers. */
  | 'hang'
  /** Ends in the middle of an answer; the request never reaches the API server. */
  | 'cut'
  /** Lets the request through, and the answer not back. */
  | 'lose'

/** A request as it came. */
export type Fronted = { readonly method: string; readonly path: string; readonly authorization: string }

/** Stands in front of an API server. */
export type ApiFront = { readonly kubeconfig: (user: KubeUser) => string; readonly requests: readonly Fronted[] }

/** Runs `use` with a front that does as `decide` says of each request. */
export async function withApiFront(
  api: ApiServer,
  decide: (request: Fronted, index: number) => Intervention,
  use: (front: ApiFront) => Promise<void>,
): Promise<void> {
  const requests: Fronted[] = []
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    const fronted = { method, path: url, authorization: headers.authorization ?? '' }
    requests.push(fronted)
    answer(api, decide(fronted, requests.length - 1), request, response)
  })
  await listening(server, async (port) => {
    const kubeconfig = (user: KubeUser) =>
      api.kubeconfigFor(user, { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true })
    await use({ kubeconfig, requests })
  })
}

/** Runs `use` with the URL of a server that takes every connection and never says a word. */
export async function withSilentServer(use: (url: string) => Promise<void>): Promise<void> {
  await listening(createTcpServer(), (port) => use(`https://127.0.0.1:${port}`))
}

async function listening(server: Server, use: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    // Whoever gives up on an answer may do so with a reset.
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await use((server.address() as AddressInfo).port)
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
}

function answer(api: ApiServer, decided: Intervention, request: IncomingMessage, response: ServerResponse): void {
  if (decided === 'hang') return
  if (decided === 'cut') response.writeHead(200, { 'content-length': 100 }).write('{"kind":', () => response.destroy())
  else if (decided === 'pass' || decided === 'lose') void passOn(api, request, response, decided === 'lose')
  else response.writeHead(decided.status, decided.headers).end(decided.body ?? '')
}

async function passOn(
  api: ApiServer,
  request: IncomingMessage,
  response: ServerResponse,
  isLost: boolean,
): Promise<void> {
  const { method, headers } = request
  const body = await text(request)
  const options = { method, headers, ca: readFileSync(`${api.folder}/ca.crt`), agent: false as const }
  const sent = httpsRequest(new URL(request.url ?? '/', api.url), options, (answered) => {
    if (isLost) return response.destroy()
    response.writeHead(answered.statusCode ?? 0, answered.headers)
    return answered.pipe(response)
  })
  sent.on('error', () => response.destroy())
  sent.end(body)
}

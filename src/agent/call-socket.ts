import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { MAX_REQUEST_BYTES } from '../cluster/index.ts'
import { asCniError, CniError, CODE } from '../cni/index.ts'
import type { Log } from '../engine/index.ts'
import { type CallDesk, type ConnectionTurns, release } from './call-desk.ts'

/** A socket that calls come to. */
export type CallSocket = {
  /** Takes no new calls; resolves when those that are open have ended, and after `ms` at the latest. */
  readonly close: (ms: number) => Promise<void>
}

/**
 * Opens the agent's socket, mode 0600 in a folder of mode 0700, in place of one that a dead agent left.
 * @throws CniError 5 where something else is at the path, or cannot be made there; 11 where another agent answers there.
 */
export async function openCallSocket(path: string, desk: CallDesk, log: Log): Promise<CallSocket> {
  makeFolder(dirname(path))
  await clear(path)
  const server = createServer((request, response) => void serve(request, response, desk, log))
  // A call takes as long as its delegates do, in silence.
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, timeout: 0 })
  await listening(server, path)
  chmodSync(path, 0o600)
  return { close: (ms) => closed(server, path, ms) }
}

// Whose folder it is decides who may put another socket in this one's place.
function makeFolder(folder: string): void {
  attempt(folder, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const there = lstatSync(folder)
    if (!there.isDirectory() || there.uid !== process.getuid?.()) throw new Error('is not a folder of this user')
    chmodSync(folder, 0o700)
  })
}

async function clear(path: string): Promise<void> {
  const there = attempt(path, () => lstatSync(path, { throwIfNoEntry: false }))
  if (!there) return
  if (!there.isSocket())
    throw new CniError(CODE.ioFailure, `${path}: is there and is no socket; remove it, or name another --socket`)
  if (await answers(path))
    throw new CniError(CODE.tryAgainLater, `${path}: another agent answers there; there is one agent a node`)
  attempt(path, () => rmSync(path))
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (fault) =>
      reject(new CniError(CODE.ioFailure, `${path}: cannot be listened at: ${fault.message}`, { cause: fault })),
    )
    server.listen(path, resolve)
  })
}

const connections = new WeakMap<Socket, ConnectionTurns>()

function turnsOf(socket: Socket): ConnectionTurns {
  const known = connections.get(socket)
  if (known) return known
  const turns: ConnectionTurns = { current: undefined, closed: false }
  connections.set(socket, turns)
  socket.on('close', () => {
    turns.closed = true
    release(turns)
  })
  return turns
}

async function serve(request: IncomingMessage, response: ServerResponse, desk: CallDesk, log: Log): Promise<void> {
  const turns = turnsOf(request.socket)
  try {
    if (request.method !== 'POST')
      throw new CniError(CODE.invalidConfiguration, `${request.method}: only POST is known`)
    const body = await bodyOf(request)
    const answer = desk.answer(request.url ?? '', body, turns)
    // Says that the agent lives. A body that is refused is refused at once, before it.
    const early = await Promise.race([answer, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))])
    response.writeHead(200, { 'content-type': 'application/json' })
    if (early === undefined) response.write(' ')
    response.end(await answer)
  } catch (fault) {
    const { code, msg } = asCniError(fault)
    log.warning('a request on the socket is refused', { path: request.url, code, msg })
    if (!response.headersSent) response.writeHead(code === CODE.internal ? 500 : 400, { connection: 'close' })
    response.end(`${msg}\n`)
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_REQUEST_BYTES)
      throw new CniError(CODE.invalidConfiguration, `the request is longer than ${MAX_REQUEST_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function closed(server: Server, path: string, ms: number): Promise<void> {
  rmSync(path, { force: true })
  const ended = new Promise<void>((resolve) => server.close(() => resolve()))
  let timer: NodeJS.Timeout | undefined
  await Promise.race([
    ended,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    }),
  ])
  clearTimeout(timer)
  server.closeAllConnections()
}

function attempt<T>(path: string, step: () => T): T {
  try {
    return step()
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault)
    throw new CniError(CODE.ioFailure, `${path}: cannot be used for the agent's socket: ${why}`, { cause: fault })
  }
}

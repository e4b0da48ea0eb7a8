import type { IncomingMessage, ServerResponse } from 'node:http'
import { asCniError, CODE } from '../cni/index.ts'
import type { Log } from '../engine/index.ts'
import { type FindDefinitions, judge } from './judge.ts'
import { type AdmissionRequest, readReview, reviewAnswer, type Verdict } from './review.ts'

/** What an exchange is answered with. */
export type Desk = { readonly find: FindDefinitions; readonly log: Log }

type Answer = {
  readonly status: number
  readonly text: string
  /** Whether the rest of the request is not read any more, and its connection of no use. */
  readonly isCut?: boolean
}

/** Where reviews are sent to. */
export const REVIEW_PATH = '/validate'

// The API server takes objects of 3 MiB; of an update it sends the old one as well.
const MOST_BYTES = 8 * 2 ** 20
const BODY_MS = 10_000
const JSON_TYPE = 'application/json'

/** Answers one request: a review, or a probe at `/healthz`. Whatever goes wrong is answered, and said in the log. */
export async function exchange(request: IncomingMessage, response: ServerResponse, desk: Desk): Promise<void> {
  const { status, text, isCut = false } = await answerTo(request, desk)
  response.writeHead(status, {
    'content-type': text.startsWith('{') ? JSON_TYPE : 'text/plain; charset=utf-8',
    ...(isCut ? { connection: 'close' } : {}),
  })
  if (isCut) response.once('finish', () => request.socket.destroy())
  response.end(text)
}

async function answerTo(request: IncomingMessage, desk: Desk): Promise<Answer> {
  const [path] = (request.url ?? '').split('?')
  if (path === '/healthz') return { status: 200, text: 'ok\n' }
  if (path !== REVIEW_PATH) return { status: 404, text: `there are ${REVIEW_PATH} and /healthz\n` }
  if (request.method !== 'POST') return { status: 405, text: 'an AdmissionReview is posted\n' }
  const body = await bodyOf(request)
  return typeof body === 'string' ? reviewed(body, desk) : body
}

// The text of a body; or what is answered to one that is too long, too slow, or cut off.
function bodyOf(request: IncomingMessage): Promise<string | Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const cut = (status: number, text: string): void => {
      request.pause()
      resolve({ status, text: `${text}\n`, isCut: true })
    }
    const isTaken = (length: number): boolean => {
      if (length > MOST_BYTES) cut(413, `the body is longer than ${MOST_BYTES} bytes`)
      return length <= MOST_BYTES
    }
    const timer = setTimeout(() => cut(408, `the body has not come within ${BODY_MS / 1000} s`), BODY_MS)
    request.on('close', () => clearTimeout(timer))
    if (!isTaken(Number(request.headers['content-length'] ?? 0))) return
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (isTaken(bytes)) chunks.push(chunk)
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.on('error', () => cut(400, 'the body is cut off'))
  })
}

async function reviewed(body: string, { find, log }: Desk): Promise<Answer> {
  try {
    const request = readReview(body)
    const verdict = await judge(request, find)
    tell(log, request, verdict)
    return { status: 200, text: reviewAnswer(request, verdict) }
  } catch (fault) {
    const { code, msg } = asCniError(fault)
    log.error('a review cannot be answered', { code, msg })
    return { status: code === CODE.internal ? 500 : 400, text: `${msg}\n` }
  }
}

function tell(log: Log, { uid, object, namespace }: AdmissionRequest, { refusals, warnings }: Verdict): void {
  const { kind, metadata } = (object ?? {}) as {
    readonly kind?: unknown
    readonly metadata?: { readonly name?: unknown }
  }
  const said = { uid, kind, namespace, name: metadata?.name, refusals, warnings }
  if (refusals.length > 0) log.warning('refused', said)
  else log.debug('admitted', said)
}

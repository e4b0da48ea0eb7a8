import { BEGIN_PATH, type BeginAnswer, type BeginRequest, END_PATH, VERSION_PATH } from '../cluster/index.ts'
import { asCniError, CniError, CODE, toJson } from '../cni/index.ts'
import type { Log, PodReport, Source } from '../engine/index.ts'
import type { Metrics } from './metrics.ts'
import { beginRequest, endRequest } from './requests.ts'
import type { Turn, TurnQueue } from './turn-queue.ts'

/** Where calls begin and end. */
export type CallDesk = {
  /**
   * Answers a request of one connection; a call's turn ends with the connection, or with the call.
   * @param turns The turns of the connection: none, or one.
   * @throws CniError 7 for a path there is not, or a body that is none of its requests.
   */
  answer(path: string, body: string, turns: ConnectionTurns): Promise<string>
}

/** The turn that a connection has. */
export type ConnectionTurns = { current: Turn | undefined; closed: boolean }

/** What a desk is made of. */
export type CallDeskOptions = {
  /** What is answered to who asks for it. */
  readonly version: string
  readonly queue: TurnQueue
  readonly source: () => Source
  readonly metrics: Metrics
  readonly log: Log
  /** Takes over what is to be told of a pod. @throws CniError 5 */
  readonly take: (report: PodReport) => void
}

/** A desk for the calls of this node. */
export function callDesk({ version, queue, source, metrics, log, take }: CallDeskOptions): CallDesk {
  return {
    async answer(path, body, turns) {
      if (path === BEGIN_PATH) return toJson(await begin(beginRequest(body), turns))
      if (path === VERSION_PATH) return toJson({ version })
      if (path !== END_PATH)
        throw new CniError(CODE.invalidConfiguration, `no such path: ${path}; there are ${BEGIN_PATH} and ${END_PATH}`)
      const ending = endRequest(body)
      if (ending.report) take(ending.report)
      metrics.callEnded(ending)
      release(turns)
      return '{}'
    },
  }

  async function begin(request: BeginRequest, turns: ConnectionTurns): Promise<BeginAnswer> {
    // What is known is looked up before the turn: a server that is slow must not keep others from theirs.
    const answer = await known(request)
    if (answer.kind === 'unknown') return answer
    release(turns)
    const turn = queue.join(request.verb)
    turns.current = turn
    if (turns.closed) release(turns)
    await turn.come
    return answer
  }

  async function known({ verb, containerId, pod }: BeginRequest): Promise<BeginAnswer> {
    if (verb !== 'ADD') return { kind: 'turn' }
    try {
      return { kind: 'known', knowledge: await source().knowledgeOf(pod) }
    } catch (fault) {
      const { code, msg, details } = asCniError(fault)
      log.warning('a pod or its networks cannot be known', { containerId, pod, code, msg })
      return { kind: 'unknown', code, msg, details }
    }
  }
}

/** Gives back the turn that a connection has. */
export function release(turns: ConnectionTurns): void {
  turns.current?.giveBack()
  turns.current = undefined
}

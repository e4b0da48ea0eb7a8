import { CniError, CODE, isJsonObject } from '../cni/index.ts'
import type { Log, PodReport, Reporter, Source, Turns } from '../engine/index.ts'
import { BEGIN_PATH, type BeginAnswer, END_PATH, type EndRequest } from './agent-protocol.ts'
import type { AgentTransport } from './agent-transport.ts'
import { bunTransport } from './agent-transport-bun.ts'

/** What a call through the agent is made of. */
export type AgentCallOptions = {
  readonly socket: string
  /** Who is asked, and told, where the agent is away; none where there is no kubeconfig. */
  readonly source: Source | undefined
  readonly reporter: Reporter | undefined
  /** Who gives turns then. */
  readonly otherTurns?: Turns | undefined
  readonly log: Log
  /** Why a socket is not to be trusted, in words: whoever answers there says which programs are run. */
  readonly strangerAt?: (socket: string) => string | undefined
  /** Unless given, the socket's. */
  readonly transport?: AgentTransport
}

/** One call of a runtime as the node agent takes part in it, in place of the API server. */
export type AgentCall = {
  readonly turns: Turns
  readonly source: Source
  readonly reporter: Reporter
  /** Hands over what became of the call; never throws. Nothing follows it. */
  readonly end: (ending: Omit<EndRequest, 'report'>) => Promise<void>
}

// A living agent answers at once that it has the request. Where a hundred calls begin at once on few processors, that
// is some seconds all the same, and to go on without the agent would make it worse.
const ALIVE_MS = 10_000
// Runtimes give a sandbox some minutes; to be told to come again is of more use to them than to run out of those.
const TURN_MS = 60_000

/**
 * A call that takes its turn at the agent, learns from it what there is to know, and leaves the telling to it. An agent
 * that is away, or does not answer, is done without: then the API server is asked and told directly, and turns are taken without it.
 */
export function agentCall(options: AgentCallOptions): AgentCall {
  const { socket, log } = options
  let opened: Promise<AgentTransport> | undefined
  let begun: BeginAnswer | undefined
  let report: PodReport | undefined
  const transport = async (): Promise<AgentTransport> => {
    const stranger = options.strangerAt?.(socket)
    if (stranger !== undefined) throw new Error(`it, or its folder, ${stranger}`)
    opened ??= options.transport ? Promise.resolve(options.transport) : agentTransport(socket)
    return opened
  }
  return {
    turns: {
      async take(call) {
        const limits = { headWithinMs: ALIVE_MS, bodyWithinMs: TURN_MS }
        try {
          const { status, text } = await (await transport()).post({ path: BEGIN_PATH, body: call, ...limits })
          if (text !== undefined) begun = beginAnswer(status, text)
          else if (call.verb === 'ADD') throw noTurn(socket)
        } catch (fault) {
          if (fault instanceof CniError) throw fault
          log.warning('the node agent does not answer; the call goes on without it', { socket, cause: wordsOf(fault) })
          await options.otherTurns?.take(call)
        }
      },
    },
    source: {
      async knowledgeOf(pod) {
        if (begun?.kind === 'known') return begun.knowledge
        if (begun?.kind === 'unknown') throw new CniError(begun.code, begun.msg, { details: begun.details })
        if (options.source) return options.source.knowledgeOf(pod)
        throw new CniError(
          CODE.tryAgainLater,
          `the node agent does not answer at ${socket}, and the node configuration has no kubeconfig to ask the API server with`,
        )
      },
    },
    reporter: {
      async report(one) {
        report = one
      },
    },
    async end(ending) {
      if (begun && (await handedOver(await transport(), { ...ending, report }, log))) return
      if (report) await options.reporter?.report(report)
    },
  }
}

/** The way to an agent under what this is run by: Node's `fetch` knows no Unix sockets, and its HTTP client is loaded only there. */
export async function agentTransport(socket: string): Promise<AgentTransport> {
  if (process.versions['bun'] !== undefined) return bunTransport(socket)
  const { nodeTransport } = await import('./agent-transport-node.ts')
  return nodeTransport(socket)
}

function beginAnswer(status: number, text: string): BeginAnswer {
  const answer: unknown = JSON.parse(text)
  if (status === 200 && isJsonObject(answer) && typeof answer['kind'] === 'string') return answer as BeginAnswer
  throw new Error(`it answered ${status} ${text.trim().slice(0, 200)}`)
}

async function handedOver(transport: AgentTransport, body: EndRequest, log: Log): Promise<boolean> {
  try {
    const limits = { headWithinMs: ALIVE_MS, bodyWithinMs: ALIVE_MS }
    const { status, text } = await transport.post({ path: END_PATH, body, ...limits })
    if (status === 200 && text !== undefined) return true
    throw new Error(`it answered ${status} ${text?.trim().slice(0, 200) ?? 'half'}`)
  } catch (fault) {
    log.warning('the node agent did not take what became of the call', { cause: wordsOf(fault) })
    return false
  }
}

function noTurn(socket: string): CniError {
  return new CniError(
    CODE.tryAgainLater,
    `the node agent at ${socket} had no turn for this call within ${TURN_MS / 1000} s: others run; raise maxConcurrent if the node can bear it`,
  )
}

function wordsOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}

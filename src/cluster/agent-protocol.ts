import type { Knowledge } from '../attach/index.ts'
import type { PodRef, PodReport, RunVerb } from '../engine/index.ts'

/*
 * What the executable and the node agent say to each other: HTTP/1.1 over a Unix socket, JSON, versioned paths. A call
 * begins and ends over one connection. While that is open the call has its turn, so that a caller that is killed
 * gives its turn back, and the queue needs no further bookkeeping.
 */

/** The path a call begins at: {@link BeginRequest} to {@link BeginAnswer}. */
export const BEGIN_PATH = '/v1/begin'

/** The path a call ends at: {@link EndRequest}; the answer says that the agent has it from now on. */
export const END_PATH = '/v1/end'

/** The path the agent says at which version it is; the body of the request is empty, `{}`. */
export const VERSION_PATH = '/v1/version'

/** The longest request that is read, in bytes: a status of a hundred networks is a tenth of it. */
export const MAX_REQUEST_BYTES = 1024 * 1024

/** A call that is to run delegates. */
export type BeginRequest = {
  readonly verb: RunVerb
  readonly containerId: string
  /** Sent where its networks are to be told. */
  readonly pod?: PodRef | undefined
}

/**
 * The call has its turn: with what is known of the pod and its networks, or why it cannot be known. It comes as soon
 * as there is a turn; white space before it says that the agent lives.
 */
export type BeginAnswer =
  | { readonly kind: 'known'; readonly knowledge: Knowledge }
  | { readonly kind: 'unknown'; readonly code: number; readonly msg: string; readonly details?: string | undefined }
  | { readonly kind: 'turn' }

/** What became of a call, for the metrics, and of its pod, for whoever is to be told. */
export type EndRequest = {
  readonly verb: RunVerb
  readonly containerId: string
  /** The error's code; absent where the call succeeded. */
  readonly code?: number | undefined
  readonly durationMs: number
  readonly runs: readonly DelegateRun[]
  readonly report?: PodReport | undefined
}

/** One run of a delegate. */
export type DelegateRun = {
  readonly network: string
  readonly plugin: string
  readonly verb: string
  readonly durationMs: number
  readonly failed: boolean
}

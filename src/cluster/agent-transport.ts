/** A request to the agent, and how long its answer may take. */
export type AgentRequest = {
  readonly path: string
  readonly body: object
  /** Milliseconds until the agent shows that it lives. */
  readonly headWithinMs: number
  /** Milliseconds from then on until its whole answer is there. */
  readonly bodyWithinMs: number
}

/** The answer of a living agent; undefined text where the whole of it did not come in time. */
export type AgentAnswer = { readonly status: number; readonly text: string | undefined }

/** A connection to the agent that stays open from one request to the next. */
export interface AgentTransport {
  /** @throws whatever the connection failed with; a time-out before the head is such a failure. */
  post(request: AgentRequest): Promise<AgentAnswer>
}

/** What a promise gives, or undefined where it takes too long. @throws what the promise does. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

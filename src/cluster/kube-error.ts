/** A request that the API server refused, or that did not reach it. */
export class KubeError extends Error {
  override readonly name = 'KubeError'
  /** The HTTP status; undefined where no answer came. */
  readonly status: number | undefined
  /** How long the API server asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(
    message: string,
    options: { readonly status?: number; readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = options.status
    this.retryAfterMs = options.retryAfterMs
  }
}

/** The HTTP status of a failed request; undefined for anything else. */
export function statusOf(fault: unknown): number | undefined {
  return fault instanceof KubeError ? fault.status : undefined
}

/** Whether the same request may succeed a little later: nothing came back, too many requests, a fault of the server's. */
export function isPassing(fault: unknown): boolean {
  if (!(fault instanceof KubeError)) return false
  const { status } = fault
  return status === undefined || status === 408 || status === 429 || status >= 500
}

/** How long at least to wait before a failed request is sent again, in milliseconds; undefined where it is final. */
export function pauseAfterFault(fault: unknown): number | undefined {
  if (!isPassing(fault)) return undefined
  return (fault instanceof KubeError ? fault.retryAfterMs : undefined) ?? 0
}

import type { Connection } from './kube-connection.ts'

/** A request to the API server. */
export type KubeRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object
  readonly contentType?: string
  /** In milliseconds, for the whole answer; 0 is for ever. */
  readonly timeoutMs: number
}

/** An answer of the API server, whatever its status; without text where its lines were given away as they came. */
export type Answer = { readonly status: number; readonly text: string; readonly retryAfterMs: number | undefined }

/** A request as it goes over a connection. */
export type HttpRequest = {
  readonly url: URL
  readonly method: KubeRequest['method']
  readonly headers: Readonly<Record<string, string>>
  readonly text: string | undefined
  readonly timeoutMs: number
  readonly tls: Connection['tls']
}

/** When a server asks to be asked again, in milliseconds from now. */
export function retryAfter(header: string | null | undefined): number | undefined {
  const seconds = Number(header)
  return seconds > 0 ? seconds * 1000 : undefined
}

import { KubeError } from './kube-error.ts'
import type { Answer } from './kube-request.ts'

/**
 * What a successful answer says; undefined where it has no text.
 * @throws KubeError with the status and the API server's reason where it is none.
 */
export function answerValue({ status, text, retryAfterMs }: Answer, verb: string, path: string): unknown {
  if (status >= 200 && status < 300) return text === '' ? undefined : parsed(text, verb, path)
  const message = `${verb} ${path}: ${status} ${reasonOf(text)}`
  throw new KubeError(message, { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
}

function parsed(text: string, verb: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KubeError(`${verb} ${path}: the answer is not JSON`, { cause })
  }
}

// The API server says why in a Status object; whoever stands before it may say anything.
function reasonOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown }
    if (typeof message === 'string') return message
  } catch {
    // Not the API server's words, then.
  }
  return text.trim().slice(0, 200)
}

import { isJsonObject } from '../cni/index.ts'
import { agentTransport } from './agent-call.ts'
import { VERSION_PATH } from './agent-protocol.ts'

/**
 * The version of the agent at a socket; undefined for one that does not say.
 * @throws whatever the connection failed with, a time-out included.
 */
export async function agentVersion(socket: string, timeoutMs: number): Promise<string | undefined> {
  const transport = await agentTransport(socket)
  const request = { path: VERSION_PATH, body: {}, headWithinMs: timeoutMs, bodyWithinMs: timeoutMs }
  const { status, text } = await transport.post(request)
  const answer: unknown = status === 200 && text !== undefined ? JSON.parse(text) : undefined
  return isJsonObject(answer) && typeof answer['version'] === 'string' ? answer['version'] : undefined
}

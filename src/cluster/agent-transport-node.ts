import { Agent, type IncomingMessage, request as start } from 'node:http'
import { type AgentAnswer, type AgentRequest, type AgentTransport, within } from './agent-transport.ts'

/** The transport under Node.js: one connection that is kept, and that keeps no process alive. */
export function nodeTransport(socketPath: string): AgentTransport {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    async post({ path, body, headWithinMs, bodyWithinMs }) {
      const response = await sent(socketPath, agent, { path, body, headWithinMs, bodyWithinMs })
      const text = await within(textOf(response), bodyWithinMs)
      // A connection whose answer is not read to its end cannot carry another.
      if (text === undefined) response.destroy()
      return { status: response.statusCode ?? 0, text } satisfies AgentAnswer
    },
  }
}

function sent(socketPath: string, agent: Agent, { path, body, headWithinMs }: AgentRequest): Promise<IncomingMessage> {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  return new Promise((resolve, reject) => {
    const request = start({ socketPath, agent, path, method: 'POST', headers }, resolve)
    const late = new Error(`no answer within ${headWithinMs / 1000} s`)
    const timer = setTimeout(() => request.destroy(late), headWithinMs)
    request.on('response', () => clearTimeout(timer))
    request.on('close', () => clearTimeout(timer))
    request.on('error', reject)
    request.end(text)
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8')
  let text = ''
  for await (const chunk of response) text += chunk
  return text
}

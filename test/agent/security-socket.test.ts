import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { bridge, PLEXUS } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { PLEXUS_TOKEN, PORT } from '../node/kube-apiserver.ts'
import { type AgentNode, eventsAbout, eventually, nodePod, withAgentNode } from './agent-node.ts'

const TIMEOUT = { timeoutMs: 180_000 }
const DEFAULT = { delegates: [bridge(10)] }
const BEGIN = '{"verb":"DEL","containerId":"a"}'

// Exactly these bytes, and all that comes back until the connection ends, or is reset.
function raw(path: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answers = ''
    const socket = connect(path)
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      answers += text
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answers))
    socket.end(bytes)
  })
}

const request = (headers: string, body: string): string =>
  `POST /v1/begin HTTP/1.1\r\nhost: a\r\n${headers}\r\n\r\n${body}`
const sized = (body: string): string => request(`connection: close\r\ncontent-length: ${body.length}`, body)
const heads = (answers: string): readonly string[] => answers.match(/HTTP\/1\.1 \d+/g) ?? []

test(
  'G2, A7: two requests in one write, smuggled lengths, hostile keys and huge headers are each one request of the schema or none',
  async () => {
    await withAgentNode(DEFAULT, async ({ socket, startAgent, health }) => {
      const agent = await startAgent()
      const piped = request(`content-length: ${BEGIN.length}`, BEGIN) + sized(BEGIN)
      assert.equal(heads(await raw(socket, piped)), ['HTTP/1.1 200', 'HTTP/1.1 200'])
      const chunk = `${BEGIN.length.toString(16)}\r\n${BEGIN}\r\n0\r\n\r\n`
      const chunked = 'connection: close\r\ntransfer-encoding: chunked'
      assert.equal(heads(await raw(socket, request(chunked, chunk))), ['HTTP/1.1 200'])
      // Which of the two lengths holds is what smuggling lives on: such a request is none.
      const both = request(`${chunked}\r\ncontent-length: 5`, `0\r\n\r\n${sized(BEGIN)}`)
      assert.equal(
        heads(await raw(socket, both)).filter((head) => head.endsWith('200')),
        [],
      )
      assert.equal(heads(await raw(socket, request('content-length: 1\r\ncontent-length: 2', 'xx'))), ['HTTP/1.1 400'])
      const hostile = '{"__proto__":{"verb":"DEL","containerId":"a"},"constructor":{"prototype":{"verb":"DEL"}}}'
      assert.match(await raw(socket, sized(hostile)), / 400 .*verb: is missing/s)
      assert.match(await raw(socket, sized(`${'['.repeat(100_000)}`)), /HTTP\/1\.1 400/)
      assert.not.match(await raw(socket, request(`x: ${'y'.repeat(1 << 20)}`, '')), /HTTP\/1\.1 200/)
      assert.match(await raw(socket, 'GET /v1/begin HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'), /400/)
      assert.is((await health('/healthz')).status, 200)
      assert.match((await health('/metrics')).text, /^plexus_turns_running 0$/m)
      assert.is(await agent.end('SIGTERM'), 0)
    })
  },
  TIMEOUT,
)

const STRANGERS: readonly (readonly [string, (node: AgentNode, folder: string) => void])[] = [
  ["another user's folder", (_, folder) => chownSync(folder, 65_534, 65_534)],
  ['a folder that others may write in', (_, folder) => chmodSync(folder, 0o777)],
  ["another user's socket", ({ socket }) => chownSync(socket, 65_534, 65_534)],
]

test(
  "G4, A7: an agent's socket that may be another user's is not asked; the call goes on without, and says so",
  async () => {
    await withAgentNode(DEFAULT, async (agentNode) => {
      const { api, node, socket, startAgent } = agentNode
      api.apply(nodePod('web', ''))
      await startAgent()
      const folder = socket.slice(0, socket.lastIndexOf('/'))
      for (const [what, give] of STRANGERS) {
        give(agentNode, folder)
        const { status, stderr } = await node.call('ADD')
        assert.is(status, 0, what)
        assert.match(stderr, /the node agent does not answer.*(belongs to user 65534|others may write in it)/)
        assert.is((await node.call('DEL')).status, 0)
        for (const path of [folder, socket]) chownSync(path, 0, 0)
        chmodSync(folder, 0o700)
      }
    })
  },
  TIMEOUT,
)

test(
  'G2: a link planted in the place of the socket is neither followed nor removed',
  async () => {
    await withAgentNode(DEFAULT, async ({ node, socket, configFile }) => {
      mkdirSync(socket.slice(0, socket.lastIndexOf('/')))
      writeFileSync(`${node.folder}/victim`, 'untouched')
      symlinkSync(`${node.folder}/victim`, socket)
      const { stderr } = spawnSync(PLEXUS, ['agent', '--node-config', configFile], { encoding: 'utf8' })
      assert.match(stderr, 'is there and is no socket')
      assert.is(readFileSync(`${node.folder}/victim`, 'utf8'), 'untouched')
      assert.ok(existsSync(socket))
    })
  },
  TIMEOUT,
)

test(
  'G8: a token is in no log, error, Event, metric, status or journal, whatever goes wrong',
  async () => {
    await withAgentNode(DEFAULT, async ({ api, node, startAgent, health }) => {
      api.apply(nodePod('web', 'nowhere'), nodePod('fine', ''))
      const agent = await startAgent()
      const kubeconfig = `${node.folder}/broken.kubeconfig`
      writeFileSync(kubeconfig, `users:\n- name: a\n  user:\n    token: ${PLEXUS_TOKEN}\n   bad: [`)
      const said: string[] = []
      for (const options of [
        { pod: 'web', containerId: 'one' },
        { pod: 'fine', containerId: 'two' },
        { pod: 'fine', containerId: 'three', config: { kubeconfig, agentSocket: undefined } },
        {
          pod: 'fine',
          containerId: 'four',
          config: { agentSocket: undefined },
          env: { BUN_CONFIG_VERBOSE_FETCH: 'curl' },
        },
      ]) {
        const { stdout, stderr } = await node.call('ADD', {
          ...options,
          config: { logLevel: 'debug', ...options.config },
        })
        said.push(stdout, stderr)
      }
      assert.match(
        said.join('\n'),
        /kubeconfig .*broken\.kubeconfig: cannot be used: is not YAML \(line 5, column \d+\)/,
      )
      await eventually(() => eventsAbout(api, 'web').length > 0)
      said.push(JSON.stringify(agent.log()), (await health('/metrics')).text, eventsAbout(api, 'web').join('\n'))
      said.push(...node.state().map((name) => textOfState(node.folder, name)))
      for (const text of said) assert.not.match(text, PLEXUS_TOKEN)
      for (const containerId of ['two', 'four']) await node.call('DEL', { pod: 'fine', containerId })
    })
  },
  TIMEOUT,
)

test(
  'G8: NODE_TLS_REJECT_UNAUTHORIZED in the environment sends no token to a server that is not known',
  async () => {
    await withAgentNode(DEFAULT, async ({ api, node }) => {
      api.apply(nodePod('web', ''))
      const kubeconfig = api.kubeconfigFor({ token: PLEXUS_TOKEN }, { server: `https://127.0.0.1:${PORT}` })
      const before = api.audit().length
      const config = { kubeconfig, agentSocket: undefined, apiTimeout: 2 }
      const { json, stdout } = await node.call('ADD', { config, env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } })
      assert.is(json.code, 11, stdout)
      assert.match(json.msg ?? '', /certificate/i)
      assert.equal(
        api
          .audit()
          .slice(before)
          .filter(({ user }) => user === 'plexus'),
        [],
      )
    })
  },
  TIMEOUT,
)

function textOfState(folder: string, name: string): string {
  const path = `${folder}/state/plexus/${name}`
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8') : ''
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { PLEXUS, type TestNode, withNode } from '../engine/plexus.ts'
import { type ApiServer, PLEXUS_TOKEN, withApiServer } from '../node/kube-apiserver.ts'

/** A node agent that runs. */
export type RunningAgent = {
  readonly process: ChildProcess
  readonly log: () => readonly Readonly<Record<string, unknown>>[]
  /** Ends it by a signal, and waits for that. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
}

/** A node with an API server, on which agents can be started. */
export type AgentNode = {
  readonly api: ApiServer
  readonly node: TestNode
  readonly socket: string
  /** Where the node configuration is, as the runtime has it. */
  readonly configFile: string
  /** Starts an agent and waits until it is ready, or answers at all. */
  readonly startAgent: (until?: '/readyz' | '/healthz') => Promise<RunningAgent>
  /** The body of a path of the agent's health server, with its status. */
  readonly health: (path: string) => Promise<Answer>
  /** Sends a text to a path of the agent's socket. */
  readonly post: (path: string, body: string) => Promise<Answer>
}

/** An HTTP answer; status 0 where none came. */
export type Answer = { readonly status: number; readonly text: string }

const HEALTH = '127.0.0.1:9646'
const ROOT = new URL('../../', import.meta.url).pathname

/**
 * A node named node1 for the time `use` takes, with an API server on which user `plexus` has the rights that the
 * manifests give; `keys` go over its configuration.
 */
export async function withAgentNode(
  keys: Readonly<Record<string, unknown>>,
  use: (agentNode: AgentNode) => Promise<void>,
): Promise<void> {
  await withApiServer(async (api) => {
    grantRights(api)
    const kubeconfig = api.kubeconfigFor({ token: PLEXUS_TOKEN })
    const socket = `${api.folder}/agent/agent.sock`
    await withNode({ kubeconfig, agentSocket: socket, source: undefined, ...keys }, async (node) => {
      const agents: RunningAgent[] = []
      const configFile = `${node.folder}/net.d/00-plexus.conflist`
      writeConfig(configFile, node.config)
      const startAgent: AgentNode['startAgent'] = async (until = '/readyz') => {
        const agent = start(configFile, `${node.folder}/agent-${agents.length}.log`)
        agents.push(agent)
        await eventually(async () => {
          if (agent.process.exitCode !== null) throw new Error(`the agent ended: ${JSON.stringify(agent.log())}`)
          return (await ask(until)).status === 200
        })
        return agent
      }
      const post: AgentNode['post'] = (path, body) => send({ socketPath: socket, path, method: 'POST' }, body)
      try {
        await use({ api, node, socket, configFile, startAgent, health: ask, post })
      } finally {
        for (const agent of agents) await agent.end('SIGKILL')
      }
    })
  })
}

/** Waits until something is the case; looks every 50 ms, and gives up after 30 s. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 600; looks += 1) {
    if (await isSo()) return
    await sleep(50)
  }
  throw new Error(`still not so after 30 s: ${isSo.toString()}`)
}

/** Writes a node configuration as the runtime's folder has it: a list of one plugin. */
export function writeConfig(path: string, config: Readonly<Record<string, unknown>>): void {
  const { cniVersion, name, ...plugin } = config
  mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true })
  writeFileSync(path, JSON.stringify({ cniVersion, name, plugins: [plugin] }))
}

/** The rights of deploy/base/access.yaml, for user `plexus`. */
export function grantRights(api: ApiServer): void {
  const { status, stderr } = api.kubectl(['apply', '-f', `${ROOT}deploy/base/access.yaml`])
  if (status !== 0) throw new Error(stderr)
  api.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'plexus-user' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'plexus' },
    subjects: [{ kind: 'User', name: 'plexus', apiGroup: 'rbac.authorization.k8s.io' }],
  })
}

/** A pod that is bound to node1, as `kubectl apply` takes it. */
export function nodePod(name: string, networks: string, annotations: Readonly<Record<string, string>> = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', annotations: { 'k8s.v1.cni.cncf.io/networks': networks, ...annotations } },
    spec: { nodeName: 'node1', containers: [{ name: 'main', image: 'busybox' }] },
  }
}

function start(configFile: string, logFile: string): RunningAgent {
  const env = { PATH: process.env['PATH'], NODE_NAME: 'node1' }
  const child = spawn(PLEXUS, ['agent', '--node-config', configFile], { env, stdio: ['ignore', 'inherit', 'pipe'] })
  let text = ''
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    writeFileSync(logFile, text)
  })
  return {
    process: child,
    log: () =>
      text
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const ended = once(child, 'exit')
      child.kill(signal)
      const [code] = await ended
      return code
    },
  }
}

function ask(path: string): Promise<Answer> {
  const [host, port] = HEALTH.split(':')
  return send({ host, port, path }, '')
}

function send(options: object, body: string): Promise<Answer> {
  return new Promise((resolve) => {
    const sent = request({ ...options, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.on('error', (fault) => resolve({ status: 0, text: fault.message }))
    sent.end(body)
  })
}

/** The network-status annotation of a pod, read. */
export function statusIn(api: ApiServer, pod: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  const { stdout } = api.kubectl(['get', 'pod', pod, '-o', 'json'])
  const text = JSON.parse(stdout).metadata.annotations?.['k8s.v1.cni.cncf.io/network-status']
  return text === undefined ? undefined : JSON.parse(text)
}

/** The Events about a pod, as `reason: message ×count`. */
export function eventsAbout(api: ApiServer, pod: string): readonly string[] {
  const { stdout } = api.kubectl(['get', 'events', '-o', 'json', '--field-selector', `involvedObject.name=${pod}`])
  return (JSON.parse(stdout).items as readonly { reason: string; message: string; count: number }[])
    .map(({ reason, message, count }) => `${reason}: ${message} ×${count}`)
    .sort()
}

/** Writes a pod's status as the kubelet does: kubectl of that time knows no sub-resources. */
export function setStatus(api: ApiServer, pod: string, status: object): void {
  const { stdout } = api.kubectl(['get', 'pod', pod, '-o', 'json'])
  const object = JSON.stringify({ ...JSON.parse(stdout), status })
  const put = api.kubectl(['replace', '--raw', `/api/v1/namespaces/default/pods/${pod}/status`, '-f', '-'], object)
  if (put.status !== 0) throw new Error(put.stderr)
}

/** What a file holds. */
export function textIn(path: string): string {
  return readFileSync(path, 'utf8')
}

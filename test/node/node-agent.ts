import { readdirSync, readFileSync } from 'node:fs'
import type { ApiServer } from './kube-apiserver.ts'
import { NODE_NAME } from './node-ground.ts'
import { awaitRunning, deletePods } from './node-pods.ts'

/** The pod that the DaemonSet of deploy/ has on this node. */
export const AGENT_POD = `plexus-${NODE_NAME}`

const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'
const DEPLOY = new URL('../../deploy', import.meta.url).pathname

type Container = { readonly volumeMounts?: readonly object[] }
type PodSpec = {
  readonly initContainers: readonly Container[]
  readonly containers: readonly Container[]
  readonly volumes: readonly object[]
}

/**
 * Applies what deploy/ has for containerd, or another of its folders, and makes the DaemonSet's pod on this node. Returns
 * when it is ready: Plexus is installed then, and its agent answers.
 */
export function deployPlexus(api: ApiServer, folder = 'overlays/containerd'): void {
  applyManifests(api, folder)
  makeAgentPod(api)
}

/** Applies what a folder of deploy/ has. */
export function applyManifests(api: ApiServer, folder: string): void {
  succeed(api, ['apply', '-k', `${DEPLOY}/${folder}`])
  applyRootCa(api)
}

/**
 * Makes the DaemonSet's pod on this node, as the DaemonSet says now, which nobody else does: there are no controllers.
 * Returns when it is ready.
 */
export function makeAgentPod(api: ApiServer): void {
  const daemonSet = JSON.parse(succeed(api, ['-n', 'kube-system', 'get', 'daemonset', 'plexus', '-o', 'json']))
  const { metadata, spec } = daemonSet.spec.template
  api.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { labels: metadata.labels, name: AGENT_POD, namespace: 'kube-system' },
    spec: { ...withToken(spec), nodeName: NODE_NAME },
  })
  awaitRunning(api, [AGENT_POD], 'kube-system')
}

/**
 * Gives the DaemonSet another version of the image, and this node a pod of it, as the DaemonSet's controller does: the
 * new one is made when the old one is gone. Returns when it is ready.
 */
export function changeVersion(api: ApiServer, version: string): void {
  succeed(api, ['-n', 'kube-system', 'set', 'image', 'daemonset/plexus', `*=plexus:${version}`])
  deletePods(api, [AGENT_POD], 'kube-system')
  makeAgentPod(api)
}

/** The process of the agent, as the node sees it; undefined while there is none. */
export function agentProcess(): number | undefined {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).find((pid) => commandOf(pid).startsWith('/usr/local/bin/plexus\0agent\0'))
}

/** What the agent serves for Prometheus: the figure of each series, by its name with its labels. */
export async function agentFigures(): Promise<Readonly<Record<string, number>>> {
  const answer = await fetch('http://127.0.0.1:9646/metrics')
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

// What the controller manager puts into every namespace.
function applyRootCa({ apply, folder }: ApiServer): void {
  apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-root-ca.crt', namespace: 'kube-system' },
    data: { 'ca.crt': readFileSync(`${folder}/ca.crt`, 'utf8') },
  })
}

// What the API server's admission of service accounts adds to a pod.
function withToken(spec: PodSpec): PodSpec {
  const name = 'kube-api-access'
  const mount = { name, mountPath: SERVICE_ACCOUNT_FOLDER, readOnly: true }
  const mounted = (container: Container): Container => ({
    ...container,
    volumeMounts: [...(container.volumeMounts ?? []), mount],
  })
  const sources = [
    { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  ]
  return {
    ...spec,
    initContainers: spec.initContainers.map(mounted),
    containers: spec.containers.map(mounted),
    volumes: [...spec.volumes, { name, projected: { sources } }],
  }
}

function succeed({ kubectl }: ApiServer, args: readonly string[]): string {
  const { status, stdout, stderr } = kubectl(args)
  if (status !== 0) throw new Error(stderr)
  return stdout
}

import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { bridge, type CallOptions, definition, PLEXUS, type TestNode, withNode } from '../engine/plexus.ts'
import { test } from '../harness.ts'
import { type ApiServer, withApiServer } from '../node/kube-apiserver.ts'

/** A node whose cluster is a real API server, asked as the service account that deploy/ makes. */
export type ApiNode = TestNode & { readonly api: ApiServer }

/** The network status annotation, read. */
export type StatusEntry = {
  readonly name: string
  readonly interface?: string
  readonly ips?: readonly string[]
  readonly mac?: string
  readonly default?: boolean
  readonly dns: object
  readonly gateway?: readonly string[]
  readonly 'default-route'?: readonly string[]
  readonly 'device-info'?: object
}

/** An Event, as far as tests look at it. */
export type SeenEvent = { readonly type: string; readonly reason: string; readonly message: string }

/** Both ways to run what is built: the executable, and the npm package's program under Node.js. */
export const PROGRAMS: readonly (readonly [name: string, command: readonly [string, ...string[]]])[] = [
  ['the executable', [PLEXUS]],
  ['Node.js', [process.execPath, new URL('../../dist/main.js', import.meta.url).pathname]],
]

// What is missing of Kubernetes is built by the first test that needs it.
const BUILDING_MS = 600_000
const ROOT = new URL('../../', import.meta.url).pathname
const SERVICE_ACCOUNTS = '/api/v1/namespaces/kube-system/serviceaccounts'

let shared: Promise<ApiServer> | undefined
let kubeconfig: string | undefined

/** Registers a test on an {@link ApiNode}; the API server is one for the whole file, pods and definitions stay in it. */
export function apiTest(
  title: string,
  keys: Readonly<Record<string, unknown>>,
  use: (node: ApiNode) => Promise<void>,
): void {
  test(title, () => onApi(keys, use), { timeoutMs: BUILDING_MS })
}

/** Makes an {@link ApiNode} for the time `use` takes: its default network is a bridge, its kubeconfig the service account's. */
export async function onApi(
  keys: Readonly<Record<string, unknown>>,
  use: (node: ApiNode) => Promise<void>,
): Promise<void> {
  const api = await theApiServer()
  kubeconfig ??= api.kubeconfigFor({ token: serviceAccountToken(api) })
  const config = { source: undefined, kubeconfig, delegates: [bridge(40)], apiTimeout: 20, ...keys }
  await withNode(config, (node) => use({ ...node, api }))
}

/** The file's API server, started when it is first asked for; it ends with the file's process, as everything there does. */
export function theApiServer(): Promise<ApiServer> {
  shared ??= new Promise((resolve, reject) => {
    const forEver = new Promise<void>(() => undefined)
    withApiServer(async (api) => {
      api.kubectl(['apply', '-f', `${ROOT}deploy/base/access.yaml`])
      resolve(api)
      await forEver
    }).catch(reject)
  })
  return shared
}

/**
 * A token of a service account, that of deploy/ unless another is named, as the kubelet would ask for it; bound to an
 * object where one is given.
 */
export function serviceAccountToken(api: ApiServer, account = 'plexus', boundObjectRef?: object): string {
  const spec = { expirationSeconds: 3600, ...(boundObjectRef && { boundObjectRef }) }
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec }
  const { stdout, stderr } = api.kubectl(
    ['create', '--raw', `${SERVICE_ACCOUNTS}/${account}/token`, '-f', '-'],
    JSON.stringify(request),
  )
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout).status.token
}

/** A pod that an API server takes. */
export function apiPod(name: string, networks = '', options: PodOptions = {}): object {
  const { namespace = 'default', annotations = {} } = options
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, annotations: { 'k8s.v1.cni.cncf.io/networks': networks, ...annotations } },
    spec: { nodeName: 'node1', containers: [{ name: 'app', image: 'localhost/app' }] },
  }
}
type PodOptions = { readonly namespace?: string; readonly annotations?: Readonly<Record<string, string>> }

/** A namespace. */
export function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
}

/** A definition of the reference bridge in some namespace. */
export function bridgeDefinition(name: string, net: number, inNamespace = 'default'): object {
  return definition(name, bridge(net), { namespace: inNamespace })
}

/** `CNI_ARGS` as a runtime gives them for a pod. */
export function podArgs(
  name: string,
  options: { readonly namespace?: string; readonly uid?: string } = {},
): CallOptions {
  const { namespace = 'default', uid } = options
  const base = `IgnoreUnknown=1;K8S_POD_NAMESPACE=${namespace};K8S_POD_NAME=${name};K8S_POD_INFRA_CONTAINER_ID=c0ffee`
  return { args: uid === undefined ? base : `${base};K8S_POD_UID=${uid}` }
}

/** An object as the API server has it, or undefined. */
export function getObject(api: ApiServer, path: string): Fetched | undefined {
  const { status, stdout } = api.kubectl(['get', '--raw', path])
  return status === 0 ? JSON.parse(stdout) : undefined
}
type Fetched = {
  readonly metadata: { readonly uid: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly items?: readonly Readonly<Record<string, unknown>>[]
}

/** A pod's UID. */
export function uidOf(api: ApiServer, name: string): string {
  return getObject(api, `/api/v1/namespaces/default/pods/${name}`)?.metadata.uid ?? ''
}

/** The text of a pod's network status annotation; undefined where it has none. */
export function statusTextOf(api: ApiServer, name: string): string | undefined {
  return getObject(api, `/api/v1/namespaces/default/pods/${name}`)?.metadata.annotations?.[
    'k8s.v1.cni.cncf.io/network-status'
  ]
}

/** A pod's network status; empty where it has none. */
export function statusOf(api: ApiServer, name: string): readonly StatusEntry[] {
  return JSON.parse(statusTextOf(api, name) ?? '[]')
}

/** The Events of a pod, in the order of their messages. */
export function eventsOf(api: ApiServer, name: string): readonly SeenEvent[] {
  const { items = [] } =
    getObject(api, `/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3D${name}`) ?? {}
  return items
    .map(({ type, reason, message }) => ({ type: String(type), reason: String(reason), message: String(message) }))
    .sort((a, b) => (a.message < b.message ? -1 : 1))
}

/** Waits until something holds; the test's own deadline ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20)
}

/** What a node's log file says, a line an object; nothing where it was never made. */
export function logged(node: TestNode): readonly Readonly<Record<string, unknown>>[] {
  if (!existsSync(`${node.folder}/log`)) return []
  return readFileSync(`${node.folder}/log`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

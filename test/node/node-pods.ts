import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { pod } from '../engine/plexus.ts'
import type { Cluster } from './kube-apiserver.ts'
import { NODE_NAME } from './node-ground.ts'
import { BUSYBOX_IMAGE } from './node-images.ts'

/** One entry of a pod's network status, as it is read back from the API server. */
export type StatusEntry = {
  readonly name: string
  readonly interface?: string
  readonly ips?: readonly string[]
  readonly mac?: string
  readonly default?: boolean
  readonly dns: object
}

/** An Event of a pod's, without what is of no interest. */
export type PodEvent = {
  readonly type: string
  readonly reason: string
  readonly message: string
  /** How often it happened. */
  readonly count: number
}

const STATUS = 'k8s.v1.cni.cncf.io/network-status'
const PATIENCE_MS = 90_000
const STEP_MS = 200

/** A pod for this node that runs until it is deleted; there is no scheduler. */
export function nodePod(name: string, networks: string | readonly object[] = '', annotations: object = {}): object {
  return { ...pod(name, networks, annotations), spec: nodePodSpec() }
}

/** What a pod for this node runs: a command; unless one is given, one that waits. */
export function nodePodSpec(command: readonly string[] = ['sleep', 'infinity']): object {
  return {
    nodeName: NODE_NAME,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'app', image: BUSYBOX_IMAGE, imagePullPolicy: 'Never', command }],
  }
}

/** Puts a pod on this node, as a scheduler does. */
export function bindPod({ kubectl }: Cluster, name: string): void {
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name },
    target: { apiVersion: 'v1', kind: 'Node', name: NODE_NAME },
  }
  const { status, stderr } = kubectl(
    ['create', '--raw', `/api/v1/namespaces/default/pods/${name}/binding`, '-f', '-'],
    JSON.stringify(binding),
  )
  if (status !== 0) throw new Error(stderr)
}

/** Waits until something is there, and gives it. Throws with `what` where it does not come. */
export async function awaited<Found>(what: string, look: () => Found | undefined | Promise<Found | undefined>) {
  for (let waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(STEP_MS)
  }
  throw new Error(`waited ${PATIENCE_MS / 1000} s in vain for ${what}`)
}

/** Waits until pods run and are ready. Throws with what is known of those that do not. */
export function awaitRunning({ kubectl }: Cluster, names: readonly string[], namespace = 'default'): void {
  const pods = names.map((name) => `pod/${name}`)
  const waited = kubectl([
    '-n',
    namespace,
    'wait',
    '--for=condition=Ready',
    `--timeout=${PATIENCE_MS / 1000}s`,
    ...pods,
  ])
  if (waited.status === 0) return
  const { stdout } = kubectl(['-n', namespace, 'describe', ...pods])
  throw new Error(`${waited.stderr}\n${stdout}`)
}

/** Deletes pods and waits until they are gone. */
export function deletePods({ kubectl }: Cluster, names: readonly string[], namespace = 'default'): void {
  const flags = ['--ignore-not-found', `--timeout=${PATIENCE_MS / 1000}s`]
  const { status, stderr } = kubectl(['-n', namespace, 'delete', 'pod', ...flags, ...names])
  if (status !== 0) throw new Error(stderr)
}

/** Runs a command in a pod's first container, by the API server and the kubelet, and gives what it printed. */
export function execIn({ kubectl }: Cluster, name: string, command: readonly string[]): string {
  for (let tries = 0; ; tries += 1) {
    const { status, stdout, stderr } = kubectl(['exec', name, '--', ...command])
    if (status === 0) return stdout
    // A kubelet that has just come up has not looked at its pods yet.
    if (!stderr.includes('pod does not exist') || tries === 60) throw new Error(stderr)
    execFileSync('sleep', ['0.5'])
  }
}

/** The text of a pod's network status; empty where it has none. */
export function networkStatusText({ kubectl }: Cluster, name: string): string {
  const { metadata } = JSON.parse(kubectl(['get', 'pod', name, '-o', 'json']).stdout)
  return metadata.annotations?.[STATUS] ?? ''
}

/** A pod's network status, entry by entry. */
export function networkStatus(api: Cluster, name: string): readonly StatusEntry[] {
  const text = networkStatusText(api, name)
  return text === '' ? [] : JSON.parse(text)
}

/** The Events that Plexus wrote on a pod, oldest first. */
export function plexusEvents({ kubectl }: Cluster, name: string): readonly PodEvent[] {
  const selector = `involvedObject.name=${name},source=plexus`
  const { items } = JSON.parse(kubectl(['get', 'events', '--field-selector', selector, '-o', 'json']).stdout)
  return items.map(({ type, reason, message, count }: PodEvent) => ({ type, reason, message, count }))
}

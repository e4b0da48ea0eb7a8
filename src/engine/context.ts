import type { NodeConfig } from '../attach/index.ts'
import { type ChainSettings, CniError, CODE, cniArg, type Invocation, type InvocationOf } from '../cni/index.ts'
import { logChainEvent } from './chain-log.ts'
import type { CallKey } from './journal.ts'
import type { CallRecord } from './journal-record.ts'
import type { PodRef, Ports } from './ports.ts'

/** An invocation that comes with a configuration: every verb but VERSION. */
export type ConfiguredInvocation = Exclude<Invocation, InvocationOf<'VERSION'>>

/** An invocation, with the node's configuration and the ports to carry it out through. */
export type Context<I extends ConfiguredInvocation = ConfiguredInvocation> = {
  readonly invocation: I
  readonly node: NodeConfig
  readonly ports: Ports
}

// DNS-1123 subdomains, as Kubernetes names pods.
const POD_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

type ContainerInvocation = InvocationOf<'ADD' | 'DEL' | 'CHECK'>

/** The key of the invocation's call in its container's journal. */
export function keyOf({ invocation, node }: Context<ContainerInvocation>): CallKey {
  return { network: node.name, ifName: invocation.ifName }
}

/**
 * The pod a call is for; undefined where it is not for a pod of Kubernetes.
 * @throws CniError 4 where `CNI_ARGS` names half of it, or a name that no pod has.
 */
export function podOf({ invocation }: Context<ContainerInvocation>): PodRef | undefined {
  const { cniArgs } = invocation
  const [name, namespace] = [cniArg(cniArgs, 'K8S_POD_NAME'), cniArg(cniArgs, 'K8S_POD_NAMESPACE')]
  if (!name && !namespace) return undefined
  if (name && namespace) {
    requirePodName('K8S_POD_NAMESPACE', namespace)
    requirePodName('K8S_POD_NAME', name)
    return { namespace, name, uid: cniArg(cniArgs, 'K8S_POD_UID') || undefined }
  }
  const [given, missing] = name ? ['K8S_POD_NAME', 'K8S_POD_NAMESPACE'] : ['K8S_POD_NAMESPACE', 'K8S_POD_NAME']
  throw new CniError(CODE.invalidEnvironment, `CNI_ARGS: has ${given} but not ${missing}`)
}

// Names become parts of paths at the API server.
function requirePodName(key: string, name: string): void {
  if (POD_NAME.test(name)) return
  throw new CniError(CODE.invalidEnvironment, `CNI_ARGS: ${key}: ${JSON.stringify(name)} is not a DNS-1123 name`)
}

/** The folders plugins are looked for in: `binDir`, then those of `CNI_PATH`. */
export function pluginFolders({ node, invocation }: Context): readonly string[] {
  return [...new Set([node.binDir, ...invocation.path])]
}

/**
 * The sandbox of a call that nobody but the journal tells of; empty where it is gone. One of another boot is, and so is
 * one that was named by a process id: another process may have that by now.
 */
export function sandboxOf({ ports }: Context, { netns, bootId }: CallRecord): string {
  const { machine } = ports
  return bootId === machine.bootId() && !netns.startsWith('/proc/') && machine.exists(netns) ? netns : ''
}

/** How the chain runs plugins from some folders, every run written to the log. */
export function chainSettings({ node, ports }: Context, folders: readonly string[]): ChainSettings {
  const { exec, env, log, observe } = ports
  return {
    exec,
    env,
    pluginFolders: folders,
    timeoutMs: node.delegateTimeout * 1000,
    observe: (event) => {
      logChainEvent(log, event)
      observe?.(event)
    },
  }
}

import { existsSync } from 'node:fs'
import type { Pod } from '../attach/index.ts'
import { CniError, CODE, isCniError } from '../cni/index.ts'
import type { Devices } from '../engine/index.ts'
import { checkpointDevices } from './device-checkpoint.ts'
import { podResources } from './pod-resources.ts'
import type { ResourceDevices } from './pod-resources-message.ts'

/** Where the kubelet says which devices it gave its pods; what is left out is where kubelets have it. */
export type DevicePaths = { readonly socketPath?: string; readonly checkpointPath?: string }

const SOCKET = '/var/lib/kubelet/pod-resources/kubelet.sock'
const CHECKPOINT = '/var/lib/kubelet/device-plugins/kubelet_internal_checkpoint'

/**
 * The devices of this node's pods: asked of the kubelet's socket or, where there is none, read in its checkpoint.
 * Every failure is CniError 11 that names the pod, and what was asked where.
 */
export function hostDevices({ socketPath = SOCKET, checkpointPath = CHECKPOINT }: DevicePaths = {}): Devices {
  return {
    async idsOf(pod, resources) {
      if (resources.length === 0) return {}
      try {
        const given = existsSync(socketPath)
          ? await listed(socketPath, pod)
          : checkpointed(socketPath, checkpointPath, pod)
        return Object.fromEntries(resources.map((resource) => [resource, sortedIds(given, resource)]))
      } catch (fault) {
        if (!isCniError(fault)) throw fault
        const msg = `devices of pod ${pod.namespace}/${pod.name}: ${fault.msg}`
        throw new CniError(CODE.tryAgainLater, msg, { cause: fault })
      }
    },
  }
}

async function listed(socketPath: string, { namespace, name }: Pod): Promise<readonly ResourceDevices[]> {
  const pods = await podResources(socketPath)
  return pods.filter((one) => one.namespace === namespace && one.name === name).flatMap(({ devices }) => devices)
}

function checkpointed(socketPath: string, checkpointPath: string, { uid }: Pod): readonly ResourceDevices[] {
  const noSocket = `the kubelet has no socket ${socketPath}`
  if (uid === undefined)
    throw new CniError(CODE.tryAgainLater, `${noSocket}, and its checkpoint knows pods by a UID, which is not known`)
  try {
    return checkpointDevices(checkpointPath, uid)
  } catch (fault) {
    if (!isCniError(fault)) throw fault
    throw new CniError(CODE.tryAgainLater, `${noSocket}, and of its checkpoint: ${fault.msg}`, { cause: fault })
  }
}

function sortedIds(given: readonly ResourceDevices[], resource: string): readonly string[] {
  return [...new Set(given.filter((one) => one.resource === resource).flatMap(({ ids }) => ids))].sort()
}

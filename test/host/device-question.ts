import { createRequire } from 'node:module'
import { isCniError } from '../../src/cni/index.ts'
import { type DevicePaths, hostDevices } from '../../src/host/device-sources.ts'
import { podResources } from '../../src/host/pod-resources.ts'

/** What the kubelet is asked: for the ids of a pod, or for its list within a time of the test's own. */
export type DeviceQuestion =
  | {
      readonly kind: 'ids'
      readonly paths: DevicePaths
      readonly pod: { readonly namespace: string; readonly name: string; readonly uid?: string }
      readonly resources: readonly string[]
    }
  | { readonly kind: 'list'; readonly socketPath: string; readonly deadlineMs: number }

/** What came of it: a value, or an error as `code msg`; and whether Node has loaded gRPC by now. */
export type DeviceAnswer = { readonly value?: unknown; readonly error?: string; readonly loadedGrpc: boolean }

/** Asks, and gives the answer or the CniError. */
export async function answerTo(question: DeviceQuestion): Promise<DeviceAnswer> {
  try {
    return { value: await ask(question), loadedGrpc: loadedGrpc() }
  } catch (fault) {
    if (!isCniError(fault)) throw fault
    return { error: `${fault.code} ${fault.msg}`, loadedGrpc: loadedGrpc() }
  }
}

function ask(question: DeviceQuestion): Promise<unknown> {
  if (question.kind === 'list') return podResources(question.socketPath, question.deadlineMs)
  const pod = { ...question.pod, annotations: {} }
  return hostDevices(question.paths).idsOf(pod, question.resources)
}

function loadedGrpc(): boolean {
  return Object.keys(createRequire(import.meta.url).cache ?? {}).some((path) => path.includes('/@grpc/'))
}

import { CniError, CODE, isJsonObject, type Json, parseJsonObject } from '../cni/index.ts'
import { hostFiles } from './files.ts'
import type { ResourceDevices } from './pod-resources-message.ts'

/**
 * The devices of a pod by the checkpoint of the kubelet's device manager, which knows pods by their UID.
 * @throws CniError 5 or 6 that names the file, where it cannot be read or is no such checkpoint.
 */
export function checkpointDevices(path: string, podUid: string): readonly ResourceDevices[] {
  return entriesOf(path)
    .filter(isJsonObject)
    .filter(({ PodUID }) => PodUID === podUid)
    .map(({ ResourceName, DeviceIDs }) => ({
      resource: typeof ResourceName === 'string' ? ResourceName : '',
      ids: deviceIds(DeviceIDs),
    }))
}

// An empty list of Go's may be written as null.
function entriesOf(path: string): readonly Json[] {
  const { Data } = parseJsonObject(hostFiles.read(path), path)
  const entries = isJsonObject(Data) ? (Data['PodDeviceEntries'] ?? []) : undefined
  if (Array.isArray(entries)) return entries
  throw new CniError(CODE.decodingFailure, `${path}: is no checkpoint of devices: Data.PodDeviceEntries is not a list`)
}

// Newer kubelets list the ids by NUMA node; older ones have one list.
function deviceIds(written: Json | undefined): readonly string[] {
  const lists = isJsonObject(written) ? Object.values(written) : [written]
  return lists.flatMap((list) => (Array.isArray(list) ? list : [])).filter((id) => typeof id === 'string')
}

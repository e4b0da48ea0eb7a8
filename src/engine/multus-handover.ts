import {
  asCniError,
  cachedAttachmentText,
  cacheFileName,
  type JsonObject,
  type NetworkList,
  parseCniArgs,
  toBase64,
  toJson,
} from '../cni/index.ts'
import type { AttachmentRecord, CallRecord } from './journal-record.ts'
import { cacheFilesOf } from './multus-traces.ts'
import type { Ports } from './ports.ts'

type Needed = Pick<Ports, 'multus' | 'journal' | 'log'>

/**
 * Writes, beside the journal, what Multus would have written of a call, so that a Multus that is put back on the node
 * can delete it: the scratch file, and a file of libcni's cache for each attachment. No pod fails for want of it.
 */
export function writeForMultus({ multus, log }: Needed, containerId: string, { netns, attachments }: CallRecord): void {
  try {
    for (const one of attachments) multus.results.write(fileOf(containerId, one), cacheText(containerId, netns, one))
    multus.scratch.write(containerId, toJson(attachments.map(delegate)))
  } catch (fault) {
    log.warning("Multus' files are not written; going back to it, it will not know the container", {
      containerId,
      cause: asCniError(fault).msg,
    })
  }
}

/**
 * Removes what Multus, or {@link writeForMultus}, wrote of a container of which the journal has nothing left. The
 * scratch file goes last: as long as it is there, a call that is cut off here is made up for by the next one.
 */
export function forgetForMultus({ multus, journal, log }: Needed, containerId: string): void {
  try {
    if (journal.read(containerId) !== undefined) return
    for (const name of cacheFilesOf(multus, containerId)) multus.results.remove(name)
    multus.scratch.remove(containerId)
  } catch (fault) {
    log.warning("Multus' files of a deleted container are left", { containerId, cause: asCniError(fault).msg })
  }
}

function fileOf(containerId: string, { network, ifName }: AttachmentRecord): string {
  return cacheFileName({ network: network.name, containerId, ifName })
}

function cacheText(containerId: string, netns: string, record: AttachmentRecord): string {
  const { network, ifName, cniArgs, capabilityArgs, result } = record
  return cachedAttachmentText({
    network: network.name,
    containerId,
    ifName,
    netns,
    config: listText(network),
    cniArgs: parseCniArgs(cniArgs),
    capabilityArgs,
    result,
  })
}

// Multus reads a scratch file into Go's types: of the configuration it has to find a list with plugins in it, and takes
// the rest from `Bytes`.
function delegate(record: AttachmentRecord): JsonObject {
  const { name, network, ifName, isDefault, capabilityArgs } = record
  const { ips, mac, infinibandGUID, deviceID } = capabilityArgs
  return {
    Conf: NO_CONF,
    ConfList: {
      cniVersion: network.cniVersion,
      name: network.name,
      plugins: network.plugins.map(({ type }) => ({ type, ...NO_CONF })),
    },
    Name: name,
    ...(isDefault ? {} : { ifnameRequest: ifName }),
    ...(mac === undefined ? {} : { macRequest: mac }),
    ...(infinibandGUID === undefined ? {} : { infinibandGUIDRequest: infinibandGUID }),
    ...(ips === undefined ? {} : { ipRequest: ips }),
    IsFilterV4Gateway: false,
    IsFilterV6Gateway: false,
    ...(deviceID === undefined ? {} : { deviceID }),
    Bytes: toBase64(listText(network)),
  }
}

// What Go writes of an empty `NetConf`.
const NO_CONF = { ipam: {}, dns: {} }

function listText({ name, cniVersion, disableCheck, disableGC, plugins }: NetworkList): string {
  return toJson({
    cniVersion,
    name,
    ...(disableCheck ? { disableCheck } : {}),
    ...(disableGC ? { disableGC } : {}),
    plugins,
  })
}

import { existsSync } from 'node:fs'
import { type NetworkStatus, networkStatus } from '../attach/index.ts'
import { CniError, CODE, EMPTY_RESULT } from '../cni/index.ts'
import { type AttachmentRecord, type CallRecord, findRecord } from '../engine/index.ts'
import { hostFiles, journalFiles } from '../host/index.ts'
import { CONF_DIR, chosenNodeConfig, installedNodeConfig } from './node-config-choice.ts'

/** Where the journal is, as options say it. */
export type JournalOptions = { readonly nodeConfig?: string; readonly cniDir?: string }

/** A call that the journal holds. */
export type HeldCall = {
  readonly containerId: string
  readonly call: CallRecord
  /** Whether its sandbox is gone: nobody will ask for its deletion but GC. */
  readonly isStale: boolean
}

/** What the journal of this node holds. */
export type JournalView = {
  readonly folder: string
  readonly calls: readonly HeldCall[]
  /** Containers whose journal cannot be read, and why. */
  readonly unreadable: readonly { readonly containerId: string; readonly msg: string }[]
}

const DEFAULT_CNI_DIR = '/var/lib/cni/multus'

/**
 * The folder of this node's journal: below `--cni-dir`, or the `cniDir` of the node configuration, or the default.
 * @throws CniError where a node configuration that is named cannot be read.
 */
export function journalFolder({ nodeConfig, cniDir }: JournalOptions): string {
  const chosen = nodeConfig === undefined ? installedNodeConfig(hostFiles, CONF_DIR) : chosenNodeConfig(nodeConfig)
  return `${cniDir ?? chosen?.node.cniDir ?? DEFAULT_CNI_DIR}/plexus`
}

/**
 * What the journal in a folder holds now.
 * @throws CniError 5 where it cannot be read.
 */
export function viewJournal(folder: string): JournalView {
  const store = journalFiles(folder)
  const calls: HeldCall[] = []
  const unreadable: { containerId: string; msg: string }[] = []
  for (const containerId of store.list()) {
    const found = findRecord(store, containerId)
    if (found.kind === 'corrupt') unreadable.push({ containerId, msg: found.fault.msg })
    if (found.kind !== 'record') continue
    for (const call of found.record.calls) calls.push({ containerId, call, isStale: !existsSync(call.netns) })
  }
  return { folder, calls, unreadable }
}

/**
 * The calls of the container that a person means by a text: its id, the beginning of it, or its pod, `[namespace/]name`.
 * @throws CniError 3 where the journal has none, or several containers are meant.
 */
export function callsMeant({ calls, folder }: JournalView, text: string): readonly HeldCall[] {
  const meant = calls.filter(({ containerId, call }) => containerId.startsWith(text) || isPod(call, text))
  const exact = meant.filter(({ containerId }) => containerId === text)
  if (exact.length > 0) return exact
  const ids = [...new Set(meant.map(({ containerId }) => containerId))]
  if (ids.length === 1) return meant
  if (ids.length === 0)
    throw new CniError(CODE.unknownContainer, `no container "${text}" in ${folder}; plexus ls lists those there are`)
  throw new CniError(CODE.unknownContainer, `"${text}" may be several containers: ${ids.join(', ')}`)
}

/** The pod of a call as people write it; `-` for a container that is no pod's. */
export function podName({ pod }: CallRecord): string {
  return pod ? `${pod.namespace}/${pod.name}` : '-'
}

/** What of a network status people look at, of one attachment. */
export function addressesOf(attachment: AttachmentRecord): { readonly ips: readonly string[]; readonly mac: string } {
  const { name, ifName, isDefault, added = EMPTY_RESULT } = attachment
  const statuses: readonly NetworkStatus[] = networkStatus({ name, ifName, isDefault, added })
  const mac = statuses.find((one) => one.mac !== undefined)?.mac ?? ''
  return { ips: (added.ips ?? []).map(({ address }) => address), mac }
}

function isPod({ pod }: CallRecord, text: string): boolean {
  return pod !== undefined && (text === pod.name || text === `${pod.namespace}/${pod.name}`)
}

import {
  type CachedAttachment,
  type CniArg,
  CniError,
  type InvocationOf,
  type JsonObject,
  type NetworkList,
  networkList,
  parseJsonObject,
  type VersionedResult,
  versionedResult,
  withCniArgs,
} from '../cni/index.ts'
import { type Context, pluginFolders, podOf } from './context.ts'
import type { AttachmentRecord, CallRecord } from './journal-record.ts'
import { filledIn } from './multus-config.ts'
import type { MultusDelegate } from './multus-scratch.ts'

/** A call that comes too late for the journal to know what it is about. */
export type LateContext = Context<InvocationOf<'DEL' | 'CHECK' | 'GC'>>

/** The container a call of Multus' was for, and what its runtime said of it. */
export type MultusContainer = {
  readonly containerId: string
  readonly ifName: string
  readonly cniArgs: string
  readonly cached: readonly CachedAttachment[]
}

/**
 * A delegate of Multus' as the journal would have it. What ADD gave its plugins is in libcni's cache; without a file
 * there, it may never have been attached, and what is known of its arguments has to do.
 * @throws CniError 1 or 7 where its configuration is no network's.
 */
export function delegateRecord(
  context: LateContext,
  container: MultusContainer,
  { name, config, ifName, capabilityArgs }: MultusDelegate,
  index: number,
): AttachmentRecord {
  const own = ifName ?? (index === 0 ? container.ifName : `net${index}`)
  const entry = container.cached.find((one) => one.network === config['name'] && one.ifName === own)
  if (entry) return cachedRecord(context, entry, { name, config, isDefault: index === 0 })
  const record = {
    name,
    network: multusNetwork(context, config, name),
    ifName: own,
    isDefault: index === 0,
    chaining: 'isolated',
    cniArgs: withCniArgs(container.cniArgs, requestArgs(capabilityArgs)),
    capabilityArgs: { ...(index === 0 ? context.node.runtimeConfig : {}), ...capabilityArgs },
    state: 'adding',
  } as const
  return withDeviceInfo(context, container.containerId, record)
}

/**
 * An attachment of libcni's cache as the journal would have it.
 * @param known What a scratch file says of it beyond the cache.
 * @throws CniError 1, 6 or 7 where its configuration is no network's.
 */
export function cachedRecord(
  context: LateContext,
  entry: CachedAttachment,
  known: { readonly name?: string; readonly config?: JsonObject; readonly isDefault: boolean },
): AttachmentRecord {
  const { name = entry.network, config, isDefault } = known
  const network = multusNetwork(context, cachedConfig(context, entry, config), name)
  const record = {
    name,
    network,
    ifName: entry.ifName,
    isDefault,
    chaining: 'isolated',
    cniArgs: entry.cniArgs.map(([key, value]) => `${key}=${value}`).join(';'),
    capabilityArgs: entry.capabilityArgs,
    state: 'added',
    result: resultOf(context, entry, network),
  } as const
  return withDeviceInfo(context, entry.containerId, record)
}

/** The call that Multus' ADD was, as the journal would have it. */
export function callRecord(
  context: LateContext,
  { ifName, cached }: Pick<MultusContainer, 'ifName' | 'cached'>,
  attachments: readonly AttachmentRecord[],
): CallRecord {
  const { invocation, node, ports } = context
  const inPod = invocation.verb === 'GC' ? undefined : { ...context, invocation }
  return {
    network: node.name,
    ifName,
    netns: cached.find(({ netns }) => netns !== '')?.netns ?? '',
    pod: inPod && podOf(inPod),
    pluginFolders: pluginFolders(context),
    bootId: ports.machine.bootId(),
    startedAt: ports.machine.now().toISOString(),
    attachments,
  }
}

// A scratch file's configuration counts: the cache lacks the plugins of a list's sub-folder, and a device's id.
function cachedConfig({ ports }: LateContext, entry: CachedAttachment, own: JsonObject | undefined): JsonObject {
  const read = () => parseJsonObject(entry.config, `libcni's cache of network ${entry.network}: config`)
  if (!own) return read()
  try {
    return filledIn(own, read())
  } catch (fault) {
    if (!(fault instanceof CniError)) throw fault
    ports.log.warning('a cached configuration cannot be read; that of the scratch file is used', { msg: fault.msg })
    return own
  }
}

// Multus gives a list without a version its own.
function multusNetwork({ invocation }: LateContext, config: JsonObject, name: string): NetworkList {
  const versioned =
    Array.isArray(config['plugins']) && !config['cniVersion']
      ? { ...config, cniVersion: invocation.cniVersion }
      : config
  return networkList(versioned, `network ${name}, as Multus kept it`)
}

// As libcni does it: a result that cannot be read is none.
function resultOf(
  { ports }: LateContext,
  { result, network, ifName }: CachedAttachment,
  { cniVersion }: NetworkList,
): VersionedResult | undefined {
  if (!result) return undefined
  try {
    return versionedResult(result, cniVersion, `libcni's cache of network ${network} (${ifName})`)
  } catch (fault) {
    if (!(fault instanceof CniError)) throw fault
    ports.log.warning('a cached result cannot be read; the plugins get none', { msg: fault.msg })
    return undefined
  }
}

// What Multus adds to CNI_ARGS of a pod's wishes.
function requestArgs({ mac, ips }: JsonObject): readonly CniArg[] {
  return [
    ...(typeof mac === 'string' ? [['MAC', mac] as const] : []),
    ...(Array.isArray(ips) ? [['IP', ips.join(',')] as const] : []),
  ]
}

function withDeviceInfo({ ports }: LateContext, containerId: string, record: AttachmentRecord): AttachmentRecord {
  if (record.capabilityArgs['deviceID'] === undefined) return record
  const { name, ifName } = record
  return { ...record, deviceInfoFile: ports.deviceInfos.pathOf({ network: name, containerId, ifName }) }
}

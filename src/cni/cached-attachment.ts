import { fromBase64, toBase64 } from './base64.ts'
import type { CniArg } from './cni-args.ts'
import { CniError, CODE } from './error.ts'
import { interfaceNameFault, networkNameFault } from './identifiers.ts'
import { isJsonObject, type Json, type JsonObject, type Origin, parseJsonObject, toJson } from './json.ts'

/** What libcni keeps of an attachment in its cache: what it was made with, and the final result. */
export type CachedAttachment = {
  /** The CNI network name. */
  readonly network: string
  readonly containerId: string
  readonly ifName: string
  /** Empty where the writer was older than libcni 1.2.0. */
  readonly netns: string
  /** The text of the network's configuration, a list's or a single plugin's. */
  readonly config: string
  readonly cniArgs: readonly CniArg[]
  /** Every capability argument there was, whatever the plugins declare. */
  readonly capabilityArgs: JsonObject
  readonly result?: JsonObject | undefined
}

const KIND = 'cniCacheV1'

/** The name of an attachment's file in the folder `results` of a cache (libcni `getCacheFilePath`). */
export function cacheFileName(
  one: { readonly network: string } & Pick<CachedAttachment, 'containerId' | 'ifName'>,
): string {
  return `${one.network}-${one.containerId}-${one.ifName}`
}

/** Whether a file's name may be that of an attachment of a container; names are ambiguous, what is in the file decides. */
export function mayBeCacheFileOf(name: string, containerId: string): boolean {
  const at = name.indexOf(`-${containerId}-`)
  return at > 0 && at + containerId.length + 2 < name.length
}

/** The text of an attachment's file (libcni `cacheAdd`). */
export function cachedAttachmentText(one: CachedAttachment): string {
  const { network, containerId, ifName, netns, config, cniArgs, capabilityArgs, result } = one
  return toJson({
    kind: KIND,
    containerId,
    config: toBase64(config),
    ifName,
    networkName: network,
    ...(netns === '' ? {} : { netns }),
    ...(cniArgs.length === 0 ? {} : { cniArgs }),
    ...(Object.keys(capabilityArgs).length === 0 ? {} : { capabilityArgs }),
    ...(result ? { result } : {}),
  })
}

/**
 * The attachment a file of the cache holds.
 * @throws CniError 6 where the file is truncated, of another kind, or names no attachment.
 */
export function parseCachedAttachment(text: string, origin: Origin): CachedAttachment {
  const { kind, containerId, ifName, networkName, netns, config, cniArgs, capabilityArgs, result } = parseJsonObject(
    text,
    origin,
  )
  if (kind !== KIND) throw new CniError(CODE.decodingFailure, `${origin}: its kind is ${toJson(kind ?? null)}`)
  if (!isName(containerId) || !isName(networkName) || typeof ifName !== 'string' || interfaceNameFault(ifName))
    throw new CniError(CODE.decodingFailure, `${origin}: names no attachment`)
  return {
    network: networkName,
    containerId,
    ifName,
    netns: typeof netns === 'string' ? netns : '',
    config: typeof config === 'string' ? fromBase64(config) : '',
    cniArgs: Array.isArray(cniArgs) ? cniArgs.filter(isPair) : [],
    capabilityArgs: isJsonObject(capabilityArgs) ? capabilityArgs : {},
    result: isJsonObject(result) ? result : undefined,
  }
}

// libcni has one rule for the names of containers and of networks.
function isName(value: Json | undefined): value is string {
  return typeof value === 'string' && networkNameFault(value) === undefined
}

function isPair(value: Json): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}

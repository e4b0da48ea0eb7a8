import {
  type CachedAttachment,
  CniError,
  mayBeCacheFileOf,
  networkNameFault,
  parseCachedAttachment,
} from '../cni/index.ts'
import type { MultusFiles } from './multus-files.ts'
import { type MultusDelegate, parseScratch } from './multus-scratch.ts'

/** What Multus' files hold of a container. */
export type MultusTraces = {
  readonly scratch:
    | { readonly kind: 'delegates'; readonly delegates: readonly MultusDelegate[] }
    | { readonly kind: 'nothing' }
    | { readonly kind: 'corrupt'; readonly fault: CniError }
  readonly cached: readonly CachedAttachment[]
  /** The files of the cache that go by the container's name and cannot be read. */
  readonly unreadable: readonly string[]
}

/**
 * The traces of a container; what cannot be read is among them.
 * @throws CniError 5 where the folder of the cache cannot be listed.
 */
export function tracesOf(multus: MultusFiles, containerId: string): MultusTraces {
  const cached: CachedAttachment[] = []
  const unreadable: string[] = []
  for (const name of cacheNames(multus).filter((one) => mayBeCacheFileOf(one, containerId))) {
    const found = readCached(multus, name)
    if (found === 'unreadable') unreadable.push(name)
    else if (found?.containerId === containerId) cached.push(found)
  }
  return { scratch: readScratch(multus, containerId), cached, unreadable }
}

/**
 * The containers that have traces.
 * @throws CniError 5 where a folder cannot be listed.
 */
export function tracedContainers(multus: MultusFiles): readonly string[] {
  const cached = cacheNames(multus).flatMap((name) => {
    const found = readCached(multus, name)
    return found === undefined || found === 'unreadable' ? [] : [found.containerId]
  })
  const scratch = multus.scratch.list().filter((name) => networkNameFault(name) === undefined)
  return [...new Set([...scratch, ...cached])].sort()
}

/**
 * The names of a container's files in the cache.
 * @throws CniError 5 where the folder of the cache cannot be listed.
 */
export function cacheFilesOf(multus: MultusFiles, containerId: string): readonly string[] {
  return multus.results.list().filter((name) => {
    if (!mayBeCacheFileOf(name, containerId)) return false
    if (isCutOff(name)) return true
    const found = readCached(multus, name)
    return found !== undefined && found !== 'unreadable' && found.containerId === containerId
  })
}

function cacheNames({ results }: MultusFiles): readonly string[] {
  return results.list().filter((name) => !isCutOff(name))
}

function isCutOff(name: string): boolean {
  return name.startsWith('.')
}

function readScratch({ scratch }: MultusFiles, containerId: string): MultusTraces['scratch'] {
  try {
    const text = scratch.read(containerId)
    if (text === undefined) return { kind: 'nothing' }
    const delegates = parseScratch(text, `Multus' scratch file of container ${containerId}`)
    return { kind: 'delegates', delegates }
  } catch (fault) {
    if (!(fault instanceof CniError)) throw fault
    return { kind: 'corrupt', fault }
  }
}

function readCached({ results }: MultusFiles, name: string): CachedAttachment | 'unreadable' | undefined {
  try {
    const text = results.read(name)
    return text === undefined ? undefined : parseCachedAttachment(text, `libcni's cache file ${name}`)
  } catch (fault) {
    if (!(fault instanceof CniError)) throw fault
    return 'unreadable'
  }
}

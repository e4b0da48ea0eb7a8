import { CniError, CODE } from './error.ts'
import type { Verb } from './verb.ts'

/** The CNI versions Plexus speaks, oldest first. */
export const CNI_VERSIONS = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const

/** A CNI version Plexus speaks. */
export type CniVersion = (typeof CNI_VERSIONS)[number]

/** The newest CNI version Plexus speaks. */
export const NEWEST: CniVersion = '1.1.0'

/** What a configuration without `cniVersion` means (SPEC 0.1.0). */
export const UNVERSIONED: CniVersion = '0.1.0'

/** Whether a text names a version Plexus speaks; spelled exactly, as plugins compare it (`1.0` is not `1.0.0`). */
export function isCniVersion(text: string): text is CniVersion {
  return (CNI_VERSIONS as readonly string[]).includes(text)
}

/** Whether `version` is `floor` or newer. */
export function atLeast(version: CniVersion, floor: CniVersion): boolean {
  return CNI_VERSIONS.indexOf(version) >= CNI_VERSIONS.indexOf(floor)
}

/**
 * The version a configuration is in: its `cniVersion`, or 0.1.0 where it has none.
 * @throws CniError 1 that names the versions Plexus speaks.
 */
export function knownVersion(text: string | undefined, origin: string): CniVersion {
  if (text === undefined || text === '') return UNVERSIONED
  if (isCniVersion(text)) return text
  throw new CniError(
    CODE.incompatibleVersion,
    `${origin}: cniVersion "${text}" is not supported; supported are ${CNI_VERSIONS.join(', ')}`,
  )
}

/**
 * The highest version both sides know, of a list's `cniVersions` and `cniVersion` (SPEC 1.1.0, section 1).
 * @throws CniError 1 where they share none.
 */
export function negotiatedVersion(
  cniVersion: string | undefined,
  cniVersions: readonly string[] | undefined,
  origin: string,
): CniVersion {
  const offered = new Set([...(cniVersions ?? []), cniVersion ?? ''])
  const shared = CNI_VERSIONS.filter((version) => offered.has(version))
  const offersOnlyUnknown = cniVersions !== undefined && cniVersions.length > 0 && shared.length === 0
  if (offersOnlyUnknown && !cniVersion) return knownVersion(cniVersions.join(', '), origin)
  return shared.at(-1) ?? knownVersion(cniVersion, origin)
}

const SINCE = {
  ADD: '0.1.0',
  DEL: '0.1.0',
  VERSION: '0.1.0',
  CHECK: '0.4.0',
  STATUS: '1.1.0',
  GC: '1.1.0',
} as const satisfies Record<Verb, CniVersion>

/** Whether configurations of a version know a verb: CHECK since 0.4.0, STATUS and GC since 1.1.0. */
export function knowsVerb(version: CniVersion, verb: Verb): boolean {
  return atLeast(version, SINCE[verb])
}

/**
 * Refuses a verb its configuration's version does not know.
 * @throws CniError 1 that names both versions.
 */
export function requireVerb(version: CniVersion, verb: Verb): void {
  if (knowsVerb(version, verb)) return
  throw new CniError(
    CODE.incompatibleVersion,
    `config version ${version} does not allow ${verb}, which came with CNI ${SINCE[verb]}`,
  )
}

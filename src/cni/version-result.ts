import { CNI_VERSIONS, NEWEST } from './version.ts'

/** What VERSION prints: every version Plexus speaks (SPEC 1.1.0, section 5 "VERSION Success"). */
export const VERSION_RESULT = { cniVersion: NEWEST, supportedVersions: CNI_VERSIONS } as const

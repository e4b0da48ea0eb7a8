// Put in by the build; the sources run by themselves have none.
declare const PLEXUS_VERSION: string | undefined

/** The version of this Plexus, as in package.json. */
export const VERSION: string = typeof PLEXUS_VERSION === 'string' ? PLEXUS_VERSION : 'unbuilt'

/** A folder of files, each a text under a name that is no path. */
export interface TextFiles {
  /**
   * A file's text; undefined where there is no such file, or a folder in its place.
   * @throws CniError 5 where it cannot be read, is no plain file (a link is not followed), or is too long.
   */
  read(name: string): string | undefined
  /**
   * Replaces a file's text in one step.
   * @throws CniError 5
   */
  write(name: string, text: string): void
  remove(name: string): void
  /** Puts a file out of the way, for a person to look at, and says where it is. */
  setAside(name: string): string
  /** The names of everything but folders; a write that was cut off may have left one that begins with a dot. */
  list(): readonly string[]
}

/** What Multus keeps on a node, below its `cniDir`. */
export type MultusFiles = {
  /** Its scratch files: one a container, named as it, with the delegates of its ADD. */
  readonly scratch: TextFiles
  /** libcni's cache, in the folder `results`: one file an attachment. */
  readonly results: TextFiles
}

import type { ChainSettings, ConfigFiles } from '../cni/index.ts'

/** What is known of the node that the networks are for. */
export type Facts = {
  /** The names of its interfaces. */
  readonly interfaces: readonly string[]
  /** Where its plugins are. */
  readonly plugins: Pick<ChainSettings, 'exec' | 'pluginFolders'>
  readonly files: ConfigFiles
}

import { availableParallelism } from 'node:os'
import { type NodeConfig, nodeConfigInFile, readNodeConfig } from '../attach/index.ts'
import { asCniError, type ConfigFiles, problemText } from '../cni/index.ts'
import type { Log } from '../engine/index.ts'

// Delegates are short and wait for the kernel, mostly: more than the processors can run, and not much more.
const LEAST_AT_ONCE = 4
const A_PROCESSOR = 2

/** How many calls may run delegates at once. */
export function mostAtOnce({ maxConcurrent }: Pick<NodeConfig, 'maxConcurrent'>): number {
  return maxConcurrent ?? Math.max(LEAST_AT_ONCE, A_PROCESSOR * availableParallelism())
}

/** The node configuration as the agent has it, read again where its file changes. */
export type Settings = {
  readonly current: () => NodeConfig
  /** Reads the file again; whether it says something else now. What cannot be read leaves everything as it was. */
  readonly refresh: () => boolean
}

/**
 * The node configuration in a file.
 * @throws CniError 5, 6 or 7 that names the file, where it cannot be read now.
 */
export function settingsIn(files: ConfigFiles, path: string, log: Log): Settings {
  let text = files.read(path)
  let config = readIn(files, path, log)
  return {
    current: () => config,
    refresh() {
      try {
        const now = files.read(path)
        if (now === text) return false
        text = now
        config = readIn(files, path, log)
        return true
      } catch (fault) {
        log.error('the node configuration cannot be read; what it said before stays', { cause: asCniError(fault).msg })
        return false
      }
    },
  }
}

function readIn(files: ConfigFiles, path: string, log: Log): NodeConfig {
  const { config, warnings } = readNodeConfig(nodeConfigInFile(files, path))
  for (const warning of warnings) log.warning('node configuration', { path, cause: problemText(warning) })
  return config
}

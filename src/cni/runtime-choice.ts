import { type ConfigFiles, configFiles, networkFile } from './config-files.ts'
import { isCniError } from './error.ts'

/**
 * The configuration that a runtime takes in another's stead, being valid and before it in the folder (runtimes take the
 * first in bytewise order); undefined where it takes the one asked for.
 */
export function shadowOf(files: ConfigFiles, folder: string, path: string): string | undefined {
  const all = configFiles(files, folder)
  const before = all.includes(path) ? all.slice(0, all.indexOf(path)) : all
  return before.find((one) => isValid(files, one))
}

function isValid(files: ConfigFiles, path: string): boolean {
  try {
    networkFile(files, path)
    return true
  } catch (fault) {
    if (isCniError(fault)) return false
    throw fault
  }
}

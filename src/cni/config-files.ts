import {
  isSinglePlugin,
  type NetworkList,
  networkList,
  type PluginConfig,
  pluginConfig,
  withPlugins,
} from './config-list.ts'
import { CniError, CODE } from './error.ts'
import { networkNameFault } from './identifiers.ts'
import { type JsonObject, parseJsonObject } from './json.ts'

/** The port through which configuration files are read. */
export interface ConfigFiles {
  /** The names of a folder's entries that are not folders, in any order; undefined where there is no such folder. */
  list(folder: string): readonly string[] | undefined
  /**
   * A file's text.
   * @throws CniError 5 that names the file.
   */
  read(path: string): string
}

/** A network found in a file. */
export type NetworkFile = { readonly path: string; readonly list: NetworkList }

const LIST_ENDINGS = ['.conflist']
const PLUGIN_ENDINGS = ['.conf', '.json']

/** A folder's files with one of the endings, as full paths in bytewise order; hidden ones too, as in libcni. */
export function configFiles(
  files: ConfigFiles,
  folder: string,
  endings: readonly string[] = [...LIST_ENDINGS, ...PLUGIN_ENDINGS],
): readonly string[] {
  const names = (files.list(folder) ?? []).filter((name) => endings.includes(endingOf(name)))
  return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).map((name) => `${folder}/${name}`)
}

/**
 * The network a file holds, with the plugins of the list's sub-folder `<name>/` behind its own (SPEC 1.1.0).
 * @throws CniError 5, 6 or 7 that names the file.
 */
export function networkFile(files: ConfigFiles, path: string): NetworkFile {
  const config = parseJsonObject(files.read(path), path)
  if (isSinglePlugin(config)) return { path, list: networkList(config, path) }
  const list = networkList(config, path, endingOf(path) === '.conflist' ? 'folder may follow' : 'inlined')
  const whole = list.loadOnlyInlinedPlugins ? list : withPlugins(list, folderPlugins(files, path, list.name))
  if (whole.plugins.length > 0) return { path, list: whole }
  throw new CniError(
    CODE.invalidConfiguration,
    `${path}: plugins: is missing, and ${folderOf(path)}/${list.name}/ has none`,
  )
}

/**
 * The first valid network of a folder, of any name: what a runtime would take. Files that are not valid are passed
 * over and told to `passedOver`.
 */
export function firstNetworkFile(
  files: ConfigFiles,
  folder: string,
  passedOver: (fault: CniError) => void,
): NetworkFile | undefined {
  for (const path of configFiles(files, folder)) {
    const found = attempt(() => networkFile(files, path), passedOver)
    if (found) return found
  }
  return undefined
}

/**
 * The network of a name in a folder: the lists first, then the single configurations (libcni `LoadNetworkConf`).
 * Files that are not valid are passed over, so that a broken file of another network is in nobody's way.
 */
export function networkFileNamed(
  files: ConfigFiles,
  folder: string,
  name: string,
  passedOver: (fault: CniError) => void,
): NetworkFile | undefined {
  const paths = [LIST_ENDINGS, PLUGIN_ENDINGS].flatMap((endings) => configFiles(files, folder, endings))
  for (const path of paths) {
    const named = attempt(() => parseJsonObject(files.read(path), path)['name'] === name, passedOver)
    // The one that was asked for is not passed over: what is wrong with it is the answer.
    if (named) return networkFile(files, path)
  }
  return undefined
}

/** The plugins of the files `<folder of path>/<name>/*.conf`, in order. */
export function folderPlugins(files: ConfigFiles, path: string, name: string): readonly PluginConfig[] {
  if (networkNameFault(name) !== undefined) return []
  return configFiles(files, `${folderOf(path)}/${name}`, ['.conf']).map((file) =>
    pluginConfig(parseJsonObject(files.read(file), file) as JsonObject, file),
  )
}

// Go's filepath.Ext: from the last dot on, so that a file named ".conf" has an ending; node:path sees none there.
function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return name.includes('.') ? name.slice(name.lastIndexOf('.')) : ''
}

function folderOf(path: string): string {
  const end = path.lastIndexOf('/')
  return end < 0 ? '.' : path.slice(0, end)
}

function attempt<T>(read: () => T, passedOver: (fault: CniError) => void): T | undefined {
  try {
    return read()
  } catch (fault) {
    if (!(fault instanceof CniError)) throw fault
    passedOver(fault)
    return undefined
  }
}

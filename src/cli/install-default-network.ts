import {
  CniError,
  CODE,
  type ConfigFiles,
  configFiles,
  isCniError,
  isJsonObject,
  type Json,
  type NetworkFile,
  networkFile,
} from '../cni/index.ts'

/** How the default network is chosen. */
export type DefaultNetworkChoice = {
  /** The folder the runtime reads. */
  readonly confDir: string
  /** `auto`, the name of a file in `confDir`, or the absolute path of a file or of a folder. */
  readonly wanted: string
  /** The path of the configuration that is written, which is never the default network. */
  readonly ownPath: string
  /** Whether a plugin type is Plexus, under whatever name. */
  readonly isPlexus: (type: string) => boolean
}

/** The default network, or why there is none now; and the files that were looked at and passed over, each with why. */
export type FoundDefaultNetwork =
  | { readonly kind: 'found'; readonly file: NetworkFile; readonly passedOver: readonly string[] }
  | { readonly kind: 'none'; readonly why: string; readonly passedOver: readonly string[] }

// What container engines bring for themselves. As long as a cluster's network is not there yet, they come first.
const ENGINE_NETWORKS = ['crio', 'podman']
const META_PLUGINS = ['multus', 'multus-shim']

/**
 * Finds the default network: the file that is wanted, or the first valid one of a folder which can be a cluster's.
 * @throws CniError 115 where the file that is wanted is Plexus itself.
 */
export function findDefaultNetwork(files: ConfigFiles, choice: DefaultNetworkChoice): FoundDefaultNetwork {
  const { wanted, confDir } = choice
  if (wanted === 'auto') return firstOf(files, confDir, choice)
  const path = wanted.includes('/') ? wanted.replace(/\/+$/, '') : `${confDir}/${wanted}`
  return files.list(path) === undefined ? theOne(files, path, choice) : firstOf(files, path, choice)
}

function theOne(files: ConfigFiles, path: string, choice: DefaultNetworkChoice): FoundDefaultNetwork {
  const read = path === choice.ownPath ? undefined : attempt(() => networkFile(files, path))
  if (isCniError(read)) return { kind: 'none', why: read.msg, passedOver: [] }
  if (read && !leadsTo(read.list.plugins, choice.isPlexus)) return { kind: 'found', file: read, passedOver: [] }
  throw new CniError(CODE.selfDelegation, `--default-network: ${path} is Plexus itself`)
}

function firstOf(files: ConfigFiles, folder: string, choice: DefaultNetworkChoice): FoundDefaultNetwork {
  const passedOver: string[] = []
  for (const path of configFiles(files, folder)) {
    const read = attempt(() => networkFile(files, path))
    const why = isCniError(read) ? read.msg : unfit(read, choice)
    if (why === undefined) return { kind: 'found', file: read as NetworkFile, passedOver }
    if (path !== choice.ownPath) passedOver.push(why)
  }
  return { kind: 'none', why: `${folder} has no network configuration of the cluster's`, passedOver }
}

function unfit({ path, list }: NetworkFile, { ownPath, isPlexus }: DefaultNetworkChoice): string | undefined {
  const named = 'name it with --default-network to have it'
  if (path === ownPath || leadsTo(list.plugins, isPlexus)) return `${path}: is Plexus itself`
  if (leadsTo(list.plugins, (type) => META_PLUGINS.includes(type))) return `${path}: is Multus; ${named}`
  if (list.plugins.every(({ type }) => type === 'loopback')) return `${path}: is the loopback alone`
  if (ENGINE_NETWORKS.includes(list.name)) return `${path}: is the container engine's own; ${named}`
  return undefined
}

// A meta-plugin has its networks inside its configuration, at any depth.
function leadsTo(value: Json, isOne: (type: string) => boolean): boolean {
  if (Array.isArray(value)) return value.some((one) => leadsTo(one, isOne))
  if (!isJsonObject(value)) return false
  const { type } = value
  return (typeof type === 'string' && isOne(type)) || Object.values(value).some((one) => leadsTo(one, isOne))
}

function attempt<T>(read: () => T): T | CniError {
  try {
    return read()
  } catch (fault) {
    if (isCniError(fault)) return fault
    throw fault
  }
}

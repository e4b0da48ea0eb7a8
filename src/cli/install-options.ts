import { CniError, CODE } from '../cni/index.ts'

/** Where on a node Plexus is installed; every path is the host's own. */
export type InstallPlace = {
  /** The folder the runtime has its plugins in. */
  readonly cniBinDir: string
  /** The folder the runtime reads its network configurations from. */
  readonly cniConfDir: string
  /** The folder of the journal, in `<cniDir>/plexus`. */
  readonly cniDir: string
  /** What stands in front of the host's paths where they are mounted; empty on the host itself. */
  readonly hostRoot: string
  /** The name of the executable, and the `type` of the node configuration. */
  readonly type: 'plexus' | 'multus'
  /** The generated kubeconfig; in `<cniConfDir>/plexus.d` unless given. */
  readonly kubeconfig?: string
  /** The executable that is installed; unless given, the one that runs. A path of this process, not of the host. */
  readonly executableFile?: string
}

/** What `plexus install` is told. */
export type InstallOptions = InstallPlace & {
  /** `auto`, the name of a file in `cniConfDir`, or the absolute path of a file or of a folder. */
  readonly defaultNetwork: string
  /** What the default network makes when it is ready; empty for nothing. */
  readonly readinessIndicatorFile?: string
  /** Where the node agent listens; empty for none. */
  readonly agentSocket: string
  readonly runtime: 'containerd' | 'crio'
  /** A JSON file with further keys of the node configuration. A path of this process. */
  readonly nodeConfig?: string
  /** The folder with a service account's `token` and `ca.crt`. A path of this process. */
  readonly serviceAccount: string
  /** Whether the executable is somebody else's business. */
  readonly skipExecutable?: boolean
  /** Whether to stay, and to keep what was written up to date. */
  readonly watch?: boolean
  /** Seconds to wait for the default network; without end unless given. */
  readonly timeout?: number
}

/** What `plexus uninstall` is told. */
export type UninstallOptions = InstallPlace & {
  /** Whether the executable goes as well. */
  readonly executable?: boolean
}

/** The name of the node configuration's file: runtimes take the first of the folder. */
export const NODE_CONFIG_FILE = '00-plexus.conflist'

/**
 * The same options with their paths fit for being put together.
 * @throws CniError 4 where a path of the host is not absolute.
 */
export function withTidyPaths<T extends InstallPlace>(options: T): T {
  const { kubeconfig } = options
  return {
    ...options,
    cniBinDir: tidyPath('--cni-bin-dir', options.cniBinDir),
    cniConfDir: tidyPath('--cni-conf-dir', options.cniConfDir),
    cniDir: tidyPath('--cni-dir', options.cniDir),
    hostRoot: options.hostRoot === '' ? '' : tidyPath('--host-root', options.hostRoot),
    ...(kubeconfig === undefined ? {} : { kubeconfig: tidyPath('--kubeconfig', kubeconfig) }),
  }
}

/** A path of the host as this process sees it. */
export function mounted({ hostRoot }: Pick<InstallPlace, 'hostRoot'>, path: string): string {
  return `${hostRoot}${path}`
}

/** The host's path of the node configuration. */
export function nodeConfigPath({ cniConfDir }: InstallPlace): string {
  return `${cniConfDir}/${NODE_CONFIG_FILE}`
}

/** The host's path of the executable. */
export function executablePath({ cniBinDir, type }: InstallPlace): string {
  return `${cniBinDir}/${type}`
}

/** The host's path of the kubeconfig. */
export function kubeconfigPath({ cniConfDir, kubeconfig }: InstallPlace): string {
  return kubeconfig ?? `${cniConfDir}/plexus.d/plexus.kubeconfig`
}

function tidyPath(flag: string, path: string): string {
  if (!path.startsWith('/')) throw new CniError(CODE.invalidEnvironment, `${flag}: "${path}" is not an absolute path`)
  return path.replace(/\/+$/, '')
}

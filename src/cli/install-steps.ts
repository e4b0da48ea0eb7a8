import { statSync } from 'node:fs'
import { CniError, CODE, type ConfigFiles, type NetworkFile, parseJsonObject } from '../cni/index.ts'
import { hostFiles } from '../host/index.ts'
import { type FoundDefaultNetwork, findDefaultNetwork } from './install-default-network.ts'
import { type Placed, placeExecutable, placeText, textOf } from './install-files.ts'
import { isGeneratedKubeconfig, kubeconfigText, type ServiceAccount, serverUrl, tokenIn } from './install-kubeconfig.ts'
import { nodeConfigText } from './install-node-config.ts'
import { executablePath, type InstallOptions, kubeconfigPath, mounted, nodeConfigPath } from './install-options.ts'
import type { TokenChoice } from './install-token.ts'

/** What a step did: the host's path it is about, whether that was written, and what a person should know. */
export type Done = { readonly path: string; readonly placed: Placed; readonly warnings: readonly string[] }

/** The lines for a person that a step's warnings make. */
export function warningLines({ path, warnings }: Done): readonly string[] {
  return warnings.map((warning) => `${path}: ${warning}`)
}

/**
 * Puts this executable where the runtime has its plugins.
 * @throws CniError 5 where it cannot; 103 where what runs is no executable of Plexus.
 */
export function installExecutable(options: InstallOptions): Done {
  const path = executablePath(options)
  return { path, placed: placeExecutable(ownExecutable(options), mounted(options, path)), warnings: [] }
}

/**
 * Writes the service account's kubeconfig. One that somebody else wrote is left as it is, and used.
 * @param isWanted Whether it still is, once the API server has been asked for its token.
 * @returns nothing where there is neither a service account nor a kubeconfig.
 * @throws CniError 4 or 5.
 */
export async function installKubeconfig(
  options: InstallOptions,
  chooseToken: TokenChoice,
  isWanted: () => boolean = () => true,
): Promise<Done | undefined> {
  const path = kubeconfigPath(options)
  const untouched = { path, placed: 'unchanged', warnings: [] } as const
  const present = textOf(mounted(options, path))
  const account = serviceAccount(options)
  const isOthers = present !== undefined && !isGeneratedKubeconfig(present)
  if (isOthers || (present !== undefined && !account)) return untouched
  if (!account) return undefined
  const server = { url: serverUrl(process.env), ca: account.ca }
  const { token, warnings } = await chooseToken(server, account.token, present && tokenIn(present))
  if (!isWanted()) return untouched
  const text = kubeconfigText({ ...account, token }, process.env)
  return { path, placed: placeText(mounted(options, path), text), warnings }
}

/**
 * Writes the node configuration around its default network. Where that would not be valid, nothing is written.
 * @throws CniError 5 or 7.
 */
export function installNodeConfig(options: InstallOptions, defaultNetwork: NetworkFile): Done {
  const { nodeConfig, readinessIndicatorFile } = options
  const kubeconfig = kubeconfigPath(options)
  const { text, warnings } = nodeConfigText({
    type: options.type,
    defaultNetwork,
    binDir: options.cniBinDir,
    cniDir: options.cniDir,
    kubeconfig: textOf(mounted(options, kubeconfig)) === undefined ? undefined : kubeconfig,
    agentSocket: options.agentSocket,
    readinessIndicatorFile,
    result: options.runtime === 'crio' ? 'primary' : undefined,
    more: nodeConfig === undefined ? undefined : moreKeys(nodeConfig),
  })
  const path = nodeConfigPath(options)
  return { path, placed: placeText(mounted(options, path), text), warnings }
}

/**
 * The default network as it is to be found now; `wanted` in place of what the options say.
 * @throws CniError 115 where the file that is wanted is Plexus itself.
 */
export function currentDefaultNetwork(options: InstallOptions, wanted = options.defaultNetwork): FoundDefaultNetwork {
  return findDefaultNetwork(filesOf(options), {
    confDir: options.cniConfDir,
    wanted,
    ownPath: nodeConfigPath(options),
    isPlexus: (type) => type === 'plexus' || type === options.type || isInstalledAs(type, options),
  })
}

/** The host's files, by the host's paths. */
export function filesOf(options: InstallOptions): ConfigFiles {
  return {
    list: (folder) => hostFiles.list(mounted(options, folder)),
    read: (path) => hostFiles.read(mounted(options, path)),
  }
}

// Under Node.js the program is a file that a runtime cannot execute without Node.js.
function ownExecutable({ executableFile }: InstallOptions): string {
  if (executableFile !== undefined) return executableFile
  if (process.versions['bun'] !== undefined) return process.execPath
  throw new CniError(
    CODE.delegateMissing,
    'plexus install copies the executable it is: run dist/plexus, or name one with --executable-file',
  )
}

function serviceAccount({ serviceAccount: folder }: InstallOptions): ServiceAccount | undefined {
  const token = textOf(`${folder}/token`)?.trim()
  if (token === undefined) return undefined
  const ca = textOf(`${folder}/ca.crt`)
  if (token !== '' && ca) return { token, ca }
  throw new CniError(CODE.ioFailure, `${folder}/${ca ? 'token' : 'ca.crt'}: is empty or missing`)
}

function moreKeys(path: string) {
  const text = textOf(path)
  if (text === undefined) throw new CniError(CODE.ioFailure, `--node-config: ${path} does not exist`)
  return parseJsonObject(text, path)
}

// By device and inode: a link to the executable is the executable.
function isInstalledAs(type: string, options: InstallOptions): boolean {
  try {
    const [one, own] = [`${options.cniBinDir}/${type}`, executablePath(options)].map((path) =>
      statSync(mounted(options, path)),
    )
    return one !== undefined && one.dev === own?.dev && one.ino === own.ino
  } catch {
    // No file of that name, or a name that no file can have.
    return false
  }
}

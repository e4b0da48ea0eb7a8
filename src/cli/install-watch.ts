import { isCniError, shadowOf } from '../cni/index.ts'
import { textOf } from './install-files.ts'
import { type InstallOptions, mounted, NODE_CONFIG_FILE, nodeConfigPath } from './install-options.ts'
import { pause } from './install-pause.ts'
import {
  currentDefaultNetwork,
  type Done,
  filesOf,
  installKubeconfig,
  installNodeConfig,
  warningLines,
} from './install-steps.ts'
import type { TokenChoice } from './install-token.ts'
import { note, print } from './print.ts'

const STEP_MS = 2_000

/** What was installed, and how. */
export type Installed = {
  /** The path of the default network's configuration. */
  readonly defaultNetwork: string
  readonly chooseToken: TokenChoice
  /** What has been said of it, which is not said again. */
  readonly said: readonly string[]
}

/**
 * Keeps what was installed up to date until it is told to end: the kubeconfig with a token of the service account, the
 * node configuration with what the default network's file says. It never takes another default network, nor writes
 * what somebody removed: it says so, once.
 * @returns the exit status, 0.
 */
export async function keepUp(options: InstallOptions, installed: Installed, stop: AbortSignal): Promise<number> {
  print('staying, to keep the credentials up to date')
  let { said } = installed
  for (;;) {
    await pause(STEP_MS, stop)
    if (stop.aborted) return 0
    const complaints = await look(options, installed)
    for (const complaint of complaints) if (!said.includes(complaint)) note(complaint)
    said = complaints
  }
}

async function look(options: InstallOptions, { defaultNetwork, chooseToken }: Installed): Promise<readonly string[]> {
  const path = nodeConfigPath(options)
  const isThere = (): boolean => textOf(mounted(options, path)) !== undefined
  if (!isThere()) return [gone(options, path)]
  const credentials = await updated(() => installKubeconfig(options, chooseToken, isThere))
  if (!isThere()) return [gone(options, path)]
  return [
    ...credentials,
    ...(await updated(() => nodeConfigAround(options, defaultNetwork))),
    ...elsewhere(options, defaultNetwork),
  ]
}

function gone(options: InstallOptions, path: string): string {
  const names = filesOf(options).list(options.cniConfDir) ?? []
  // https://github.com/k8snetworkplumbingwg/multus-cni/issues/972
  const isSetAside = names.includes(`${NODE_CONFIG_FILE}.cilium_bak`)
  const why = isSetAside ? 'Cilium has set it aside: give Cilium cni.exclusive=false, and' : 'has been removed:'
  return `${path}: ${why} install Plexus again (restart this pod) to have it back`
}

function nodeConfigAround(options: InstallOptions, defaultNetwork: string): Done | undefined {
  const found = currentDefaultNetwork(options, defaultNetwork)
  if (found.kind === 'found') return installNodeConfig(options, found.file)
  return { path: nodeConfigPath(options), placed: 'unchanged', warnings: [`the default network is lost: ${found.why}`] }
}

async function updated(step: () => Done | undefined | Promise<Done | undefined>): Promise<readonly string[]> {
  try {
    const done = await step()
    if (done?.placed === 'written') print(`${done.path}: written`)
    return done ? warningLines(done) : []
  } catch (fault) {
    if (isCniError(fault)) return [`${fault.msg}; what was written before stays`]
    throw fault
  }
}

function elsewhere(options: InstallOptions, defaultNetwork: string): readonly string[] {
  const own = nodeConfigPath(options)
  const first = shadowOf(filesOf(options), options.cniConfDir, own)
  const found = currentDefaultNetwork(options)
  const isOther = found.kind === 'found' && found.file.path !== defaultNetwork
  return [
    ...(first ? [`${first}: comes first, and the runtime takes it in place of ${own}; remove it`] : []),
    ...(isOther
      ? [
          `${found.file.path}: would be the default network now; ${defaultNetwork} stays it until Plexus is installed again`,
        ]
      : []),
  ]
}

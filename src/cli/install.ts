import { existsSync } from 'node:fs'
import { CniError, CODE, type NetworkFile, shadowOf } from '../cni/index.ts'
import { type InstallOptions, mounted, nodeConfigPath, withTidyPaths } from './install-options.ts'
import { pause, stopSignal } from './install-pause.ts'
import {
  currentDefaultNetwork,
  type Done,
  filesOf,
  installExecutable,
  installKubeconfig,
  installNodeConfig,
  warningLines,
} from './install-steps.ts'
import { tokenChoice } from './install-token.ts'
import { keepUp } from './install-watch.ts'
import { note, print } from './print.ts'

const STEP_MS = 1_000

/**
 * Makes this node's runtime call Plexus: the executable, a kubeconfig, and, once the default network is there, the node
 * configuration. May be run again at any time: what is as it should be is not touched.
 * @returns the exit status: 0 when all is in place, and where it was to stay, when it was told to end; 1 when it was
 * told to end before.
 * @throws CniError that says what could not be done. What was in place before is in place still.
 */
export async function install(given: InstallOptions): Promise<number> {
  const options = withTidyPaths(given)
  const stop = stopSignal()
  if (!options.skipExecutable) tell(installExecutable(options))
  const chooseToken = tokenChoice()
  const kubeconfig = await installKubeconfig(options, chooseToken)
  if (kubeconfig) tell(kubeconfig)
  else note('no service account and no kubeconfig: without one, nobody is asked about pods and their networks')
  const defaultNetwork = await awaitedDefaultNetwork(options, stop)
  if (!defaultNetwork) return 1
  tell(installNodeConfig(options, defaultNetwork))
  print(`${defaultNetwork.path}: is the default network`)
  const first = shadowOf(filesOf(options), options.cniConfDir, nodeConfigPath(options))
  if (first) note(`${first}: comes first, and the runtime takes it in place of ${nodeConfigPath(options)}; remove it`)
  const said = kubeconfig ? warningLines(kubeconfig) : []
  return options.watch ? keepUp(options, { defaultNetwork: defaultNetwork.path, chooseToken, said }, stop) : 0
}

// 6.1: no configuration of ours before the default network is ready.
async function awaitedDefaultNetwork(options: InstallOptions, stop: AbortSignal): Promise<NetworkFile | undefined> {
  const { timeout = Number.POSITIVE_INFINITY } = options
  const end = Date.now() + timeout * 1_000
  let said = ''
  while (!stop.aborted) {
    const found = readyDefaultNetwork(options)
    if (typeof found !== 'string') return found
    if (Date.now() >= end)
      throw new CniError(CODE.tryAgainLater, `there is no default network after ${timeout} s: ${found}`)
    if (found !== said) note(`waiting for the default network: ${found}`)
    said = found
    await pause(STEP_MS, stop)
  }
  note('told to end before there was a default network')
  return undefined
}

function readyDefaultNetwork(options: InstallOptions): NetworkFile | string {
  const { readinessIndicatorFile: path } = options
  const found = currentDefaultNetwork(options)
  const passedOver = found.passedOver.map((why) => `\n  passed over: ${why}`).join('')
  if (found.kind === 'none') return `${found.why}${passedOver}`
  if (path && !existsSync(mounted(options, path))) return `${mounted(options, path)} does not exist`
  if (passedOver) note(`default network ${found.file.path}${passedOver}`)
  return found.file
}

function tell(done: Done): void {
  print(`${done.path}: ${done.placed === 'written' ? 'written' : 'is as it should be'}`)
  for (const line of warningLines(done)) note(line)
}

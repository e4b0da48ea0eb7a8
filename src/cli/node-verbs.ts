import { CniError, type ErrorObject, type JsonObject, NEWEST, toJson, type ValidAttachment } from '../cni/index.ts'
import type { HeldCall } from './journal-view.ts'
import type { ChosenNodeConfig } from './node-config-choice.ts'
import { answerCall } from './plugin-call.ts'

/**
 * Asks the engine to CHECK a call, as a runtime would.
 * @returns what is wrong, or undefined.
 */
export async function checkCall(
  { config }: ChosenNodeConfig,
  { containerId, call }: HeldCall,
): Promise<CniError | undefined> {
  return answered(config, {
    CNI_COMMAND: 'CHECK',
    CNI_CONTAINERID: containerId,
    CNI_NETNS: call.netns,
    CNI_IFNAME: call.ifName,
    CNI_PATH: call.pluginFolders.join(':'),
  })
}

/**
 * Asks the engine for a GC that keeps the attachments given, as a runtime would.
 * @returns what failed, or undefined.
 */
export async function collectGarbage(
  { config, node }: ChosenNodeConfig,
  valid: readonly ValidAttachment[],
): Promise<CniError | undefined> {
  const keys = { 'cni.dev/valid-attachments': valid, 'cni.dev/attachments': valid }
  return answered({ ...config, ...keys }, { CNI_COMMAND: 'GC', CNI_PATH: node.binDir })
}

// The answer is the message here, so that the log has nothing to add on the terminal. The version is the newest,
// because it is ours to ask with: a runtime's would keep CHECK and GC from older configurations.
async function answered(config: JsonObject, env: Readonly<Record<string, string>>): Promise<CniError | undefined> {
  const stdin = toJson({ ...config, cniVersion: NEWEST, logToStderr: false })
  const { stdout, status } = await answerCall({ env: { ...process.env, ...env }, stdin: () => stdin })
  if (status === 0) return undefined
  const { code, msg, details } = JSON.parse(stdout) as ErrorObject
  return new CniError(code, msg, { details })
}

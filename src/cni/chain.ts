import type { NetworkList, PluginConfig } from './config-list.ts'
import { delegateInput, type Injection } from './delegate-input.ts'
import { CniError, CODE, inContext, isCniError } from './error.ts'
import type { Exec, PluginOutcome } from './exec.ts'
import { pluginFailure } from './plugin-failure.ts'
import { printedResult } from './printed-result.ts'
import type { VersionedResult } from './result.ts'
import { convertResult } from './result-conversion.ts'
import type { Verb } from './verb.ts'
import { atLeast, type CniVersion, knowsVerb, requireVerb } from './version.ts'

/** What every plugin run of a call shares. */
export type ChainSettings = {
  readonly exec: Exec
  /** The folders plugins are looked for in, first one first. */
  readonly pluginFolders: readonly string[]
  /** The environment plugins inherit; the `CNI_*` variables are set over it. */
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Told of every plugin run; must not throw. */
  readonly observe?: (event: ChainEvent) => void
}

/** Which run of which plugin an event is of. */
type RunName = {
  readonly verb: Verb
  /** The CNI network name. */
  readonly network: string
  readonly cniVersion: CniVersion
  /** The plugin's type. */
  readonly plugin: string
}

/** What happens in a chain, as it happens. */
export type ChainEvent =
  | (RunName & { readonly kind: 'plugin-starts'; readonly input: string })
  | (RunName & { readonly kind: 'plugin-ended'; readonly outcome: PluginOutcome })
  | (RunName & {
      readonly kind: 'result-converted'
      readonly from: CniVersion
      readonly to: CniVersion
      /** What the version has no place for, each in words. */
      readonly lost: readonly string[]
    })

/** One attachment of a container to a network: libcni's `RuntimeConf`. The first three name it in every verb. */
export type Attachment = {
  readonly containerId: string
  readonly ifName: string
  readonly netns: string
  readonly cniArgs: string
  readonly capabilityArgs: Injection['capabilityArgs']
}

/** An attachment that is still valid, as GC names it. */
export type ValidAttachment = { readonly containerID: string; readonly ifname: string }

/**
 * Attaches: runs a network's plugins in order, each given the result of the one before it, the first one
 * `prevResult` where there is one. The result is the last plugin's, in the network's version.
 * @throws CniError of the first plugin that fails; what was attached before it is the caller's to delete.
 */
export async function addNetwork(
  settings: ChainSettings,
  network: NetworkList,
  attachment: Attachment,
  prevResult?: VersionedResult,
): Promise<VersionedResult> {
  let result = prevResult
  for (const plugin of network.plugins) {
    const { capabilityArgs } = attachment
    const outcome = await runPlugin(
      settings,
      'ADD',
      network,
      plugin,
      { prevResult: result, capabilityArgs },
      attachment,
    )
    result = resultOf(settings, network, plugin, outcome)
  }
  if (result) return result
  throw new CniError(CODE.invalidConfiguration, 'the network has no plugins')
}

/**
 * Detaches: runs a network's plugins in reverse, each given the final result where the version has it (≥ 0.4.0).
 * @param isNothing Whether a plugin's failure means that it has nothing to undo, so that the ones before it are run.
 * @throws CniError of the first plugin that fails; those before it in the list are not run, as CNI wants.
 */
export async function delNetwork(
  settings: ChainSettings,
  network: NetworkList,
  attachment: Attachment,
  result?: VersionedResult,
  isNothing: (fault: CniError) => boolean = () => false,
): Promise<void> {
  const injection = { prevResult: finalResult(network, result), capabilityArgs: attachment.capabilityArgs }
  for (const plugin of network.plugins.toReversed()) {
    try {
      await runPlugin(settings, 'DEL', network, plugin, injection, attachment)
    } catch (fault) {
      if (!(isCniError(fault) && isNothing(fault))) throw fault
    }
  }
}

/**
 * Checks: runs a network's plugins in order, each given the final result; nothing where `disableCheck` is set.
 * @throws CniError 1 where the network's version has no CHECK; the error of the first plugin that finds a difference.
 */
export async function checkNetwork(
  settings: ChainSettings,
  network: NetworkList,
  attachment: Attachment,
  result?: VersionedResult,
): Promise<void> {
  requireVerb(network.cniVersion, 'CHECK')
  if (network.disableCheck) return
  const injection = { prevResult: finalResult(network, result), capabilityArgs: attachment.capabilityArgs }
  for (const plugin of network.plugins) await runPlugin(settings, 'CHECK', network, plugin, injection, attachment)
}

/**
 * Asks each plugin in order whether it can serve an ADD; a network whose version has no STATUS is not asked.
 * @throws CniError of the first plugin that cannot, its code (50, 51) kept.
 */
export async function statusNetwork(settings: ChainSettings, network: NetworkList): Promise<void> {
  if (!knowsVerb(network.cniVersion, 'STATUS')) return
  for (const plugin of network.plugins) await runPlugin(settings, 'STATUS', network, plugin, {})
}

/**
 * Tells each plugin in order which attachments of the network are valid, under both keys that libcni sends; a
 * network whose version has no GC, or that has `disableGC`, is not told.
 * @returns the error of every plugin that failed; the others are told all the same.
 */
export async function gcNetwork(
  settings: ChainSettings,
  network: NetworkList,
  valid: readonly ValidAttachment[],
): Promise<readonly CniError[]> {
  if (network.disableGC || !knowsVerb(network.cniVersion, 'GC')) return []
  const keys = { 'cni.dev/valid-attachments': valid, 'cni.dev/attachments': valid }
  const errors: CniError[] = []
  for (const plugin of network.plugins) {
    try {
      await runPlugin(settings, 'GC', network, plugin, { keys })
    } catch (fault) {
      if (!(fault instanceof CniError)) throw fault
      errors.push(fault)
    }
  }
  return errors
}

/**
 * The path of a plugin's executable.
 * @throws CniError 103 that names the folders it is not in; 7 where the type is a path.
 */
export function findPlugin(
  { exec, pluginFolders }: Pick<ChainSettings, 'exec' | 'pluginFolders'>,
  { type }: PluginConfig,
): string {
  if (type.includes('/'))
    throw new CniError(CODE.invalidConfiguration, `plugin type ${JSON.stringify(type)} must be a file name, not a path`)
  const path = exec.find(type, pluginFolders)
  if (path !== undefined) return path
  throw new CniError(
    CODE.delegateMissing,
    `plugin ${type}: no such executable in ${pluginFolders.join(', ') || 'any folder (binDir and CNI_PATH are empty)'}`,
  )
}

async function runPlugin(
  settings: ChainSettings,
  verb: Verb,
  network: NetworkList,
  plugin: PluginConfig,
  injection: Injection,
  attachment?: Attachment,
): Promise<PluginOutcome> {
  const path = findPlugin(settings, plugin)
  const stdin = delegateInput(network, plugin, injection)
  const { exec, timeoutMs, observe } = settings
  const name = runName(verb, network, plugin)
  observe?.({ kind: 'plugin-starts', ...name, input: stdin })
  const outcome = await exec.run({ path, stdin, timeoutMs, env: environment(settings, verb, attachment) })
  observe?.({ kind: 'plugin-ended', ...name, outcome })
  const failure = pluginFailure(outcome, timeoutMs)
  if (failure) throw failure.within({ plugin: plugin.type })
  return outcome
}

function runName(verb: Verb, { name, cniVersion }: NetworkList, { type }: PluginConfig): RunName {
  return { verb, network: name, cniVersion, plugin: type }
}

// SPEC 1.1.0, section 2 "Parameters": all six are set, to nothing where a verb has none, so that none leaks from
// the environment of the caller.
function environment(
  { env, pluginFolders }: ChainSettings,
  verb: Verb,
  attachment?: Attachment,
): Record<string, string> {
  return {
    ...env,
    CNI_COMMAND: verb,
    CNI_CONTAINERID: attachment?.containerId ?? '',
    CNI_NETNS: attachment?.netns ?? '',
    CNI_IFNAME: attachment?.ifName ?? '',
    CNI_ARGS: attachment?.cniArgs ?? '',
    CNI_PATH: pluginFolders.join(':'),
  }
}

function resultOf(
  { observe }: ChainSettings,
  network: NetworkList,
  plugin: PluginConfig,
  { stdout }: PluginOutcome,
): VersionedResult {
  const result = inContext({ plugin: plugin.type }, () => printedResult(stdout, network.cniVersion))
  const { result: converted, lost } = convertResult(result, network.cniVersion)
  if (converted !== result) {
    const { cniVersion: from } = result
    observe?.({ kind: 'result-converted', ...runName('ADD', network, plugin), from, to: network.cniVersion, lost })
  }
  return converted
}

function finalResult({ cniVersion }: NetworkList, result: VersionedResult | undefined): VersionedResult | undefined {
  return result && atLeast(cniVersion, '0.4.0') ? convertResult(result, cniVersion).result : undefined
}

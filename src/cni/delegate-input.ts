import type { NetworkList, PluginConfig } from './config-list.ts'
import { isJsonObject, type JsonObject, toJson } from './json.ts'
import type { VersionedResult } from './result.ts'

/** What a plugin's configuration gets from outside it. */
export type Injection = {
  /** ADD: the result of the plugin before it; CHECK and DEL: the network's final result. */
  readonly prevResult?: VersionedResult | undefined
  /** Every capability argument there is; a plugin gets those it declares. */
  readonly capabilityArgs?: JsonObject | undefined
  /** Further keys of a verb's own: GC's valid attachments. */
  readonly keys?: JsonObject | undefined
}

/**
 * The configuration a plugin is executed with (SPEC 1.1.0, section 3 "Deriving execution configuration"): its own
 * object with every key, `name` and `cniVersion` of the list, `prevResult`, and `runtimeConfig` with the
 * capabilities it declares. What is not injected stays as the author wrote it, as in libcni.
 */
export function delegateConfig(network: NetworkList, plugin: PluginConfig, injection: Injection): JsonObject {
  const { prevResult, capabilityArgs = {}, keys = {} } = injection
  const runtimeConfig = declaredArgs(plugin, capabilityArgs)
  return {
    ...plugin,
    name: network.name,
    cniVersion: network.cniVersion,
    ...(prevResult ? { prevResult } : {}),
    ...(Object.keys(runtimeConfig).length > 0 ? { runtimeConfig } : {}),
    ...keys,
  }
}

/** {@link delegateConfig} as the text that goes to the plugin's standard input. */
export function delegateInput(network: NetworkList, plugin: PluginConfig, injection: Injection): string {
  return toJson(delegateConfig(network, plugin, injection))
}

/** Whether a plugin declares a capability: `"capabilities": {"<name>": true}`. */
export function declaresCapability(plugin: PluginConfig, capability: string): boolean {
  const { capabilities } = plugin
  return isJsonObject(capabilities) && capabilities[capability] === true
}

function declaredArgs(plugin: PluginConfig, capabilityArgs: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(capabilityArgs).filter(([name]) => declaresCapability(plugin, name)))
}

import {
  CniError,
  CODE,
  isJsonObject,
  type Json,
  type JsonObject,
  kindOf,
  type NetworkList,
  type PluginConfig,
} from '../cni/index.ts'
import { withEachPlugin } from './definition-config.ts'

/**
 * A network with a selection's `cni-args` merged over every plugin's own `args.cni` (4.1.2.1.6), as JSON merge patch
 * merges: null takes a key away.
 * @throws CniError 7 where a plugin's `args`, or its `args.cni`, is not an object.
 */
export function withCniArgsMerged(network: NetworkList, cniArgs: JsonObject): NetworkList {
  return withEachPlugin(network, (plugin) => {
    const origin = `plugin ${plugin.type}`
    const args = objectAt(plugin['args'], `${origin}: args`)
    const cni = mergePatch(objectAt(args['cni'], `${origin}: args.cni`), cniArgs)
    return { ...plugin, args: { ...args, cni } } satisfies PluginConfig
  })
}

/**
 * A value with a JSON merge patch applied to it (RFC 7396); neither is changed. The package json-merge-patch would do
 * it in place, stop at a key named `constructor`, and take numbers that are kept by their digits apart.
 */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch
  const merged = new Map(Object.entries(isJsonObject(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}

function objectAt(value: Json | undefined, origin: string): JsonObject {
  if (value === undefined || value === null) return {}
  if (isJsonObject(value)) return value
  throw new CniError(
    CODE.invalidConfiguration,
    `${origin}: must be an object, to merge cni-args into; it is ${kindOf(value)}`,
  )
}

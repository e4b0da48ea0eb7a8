import { isJsonObject, type Json, type JsonObject } from '../cni/index.ts'

/**
 * A configuration with the keys that only a fuller copy of it has, in its plugins as well; where both have a key, its
 * own value counts. A copy with other plugins is of something else, and adds nothing.
 */
export function filledIn(config: JsonObject, fuller: JsonObject): JsonObject {
  const isCopy = Array.isArray(config['plugins']) === Array.isArray(fuller['plugins'])
  return isCopy ? filledObject(config, fuller) : config
}

function filledObject(own: JsonObject, fuller: JsonObject): JsonObject {
  const { type } = own
  if (type !== undefined && type !== fuller['type']) return own
  const both = Object.entries(own).map(([key, value]) => {
    const other = Object.hasOwn(fuller, key) ? fuller[key] : undefined
    return [key, key === 'plugins' ? filledPlugins(value, other) : filledValue(value, other)] as const
  })
  return { ...fuller, ...Object.fromEntries(both) }
}

function filledPlugins(own: Json, fuller: Json | undefined): Json {
  if (!Array.isArray(own) || !Array.isArray(fuller)) return own
  return own.map((plugin: Json, index) => filledValue(plugin, fuller[index]))
}

function filledValue(own: Json, fuller: Json | undefined): Json {
  return isJsonObject(own) && isJsonObject(fuller) ? filledObject(own, fuller) : own
}

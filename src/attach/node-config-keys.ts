import { isJsonObject, type JsonObject, type Problem } from '../cni/index.ts'
import { nodeConfigSchema } from './schemas.ts'
import { unknownKeys } from './written-object.ts'

const { logOptions, source } = nodeConfigSchema.properties
const READ_KEYS: readonly string[] = Object.keys(nodeConfigSchema.properties)
const NESTED_KEYS = { logOptions: Object.keys(logOptions.properties), source: Object.keys(source.properties) }

// Standard keys of a plugin's configuration that mean nothing to Plexus, and keys that only Multus' daemon reads.
const IGNORED_KEYS = [
  ...['args', 'ipam', 'dns', 'cniVersions', 'disableCheck', 'disableGC', 'loadOnlyInlinedPlugins'],
  ...['overrideNetworkName', 'forceCNIVersion', 'cniConfigDir', 'multusConfigFile', 'multusAutoconfigDir'],
  ...['multusMasterCNI', 'cniConf', 'chrootDir', 'socketDir', 'metricsPort', 'enablePprof', 'connectionLimit'],
  ...['perNodeCertificate'],
]

/**
 * A node configuration with its keys spelled as they are known. Go reads a key in whatever case it is written, and
 * Multus' users write `readinessIndicatorFile`.
 */
export function knownSpelling(config: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [readAs(key, config) ?? key, value]))
}

/** What there is to say of the keys of a node configuration: respelled ones, and unknown ones with the nearest known. */
export function keyWarnings(config: JsonObject): readonly Problem[] {
  return [
    ...Object.keys(config).flatMap((key) => {
      const known = readAs(key, config)
      return known === undefined ? [] : [{ path: '', key, message: `key "${key}" is read as "${known}"` }]
    }),
    ...unknownKeys(knownSpelling(config), [...READ_KEYS, ...IGNORED_KEYS]),
    ...Object.entries(NESTED_KEYS).flatMap(([key, known]) => {
      const nested = config[key]
      return isJsonObject(nested) ? unknownKeys(nested, known, key) : []
    }),
  ]
}

function readAs(key: string, config: JsonObject): string | undefined {
  if (READ_KEYS.includes(key)) return undefined
  return READ_KEYS.find((name) => name.toLowerCase() === key.toLowerCase() && !Object.hasOwn(config, name))
}

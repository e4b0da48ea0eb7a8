import { CODE } from './error.ts'
import { isNetworkList, isPlugin } from './generated/validators.js'
import { networkNameFault } from './identifiers.ts'
import type { JsonObject } from './json.ts'
import { accepted, type Problem, problemsOf, type Reading } from './problem.ts'
import { type CniVersion, negotiatedVersion } from './version.ts'

/** A plugin's configuration, as its author wrote it: the one truth, of which only `type` is read here. */
export type PluginConfig = JsonObject & { readonly type: string }

/** A network configuration list (SPEC 1.1.0, section 1), its plugins untouched. */
export type NetworkList = {
  readonly name: string
  /** The version that was negotiated from `cniVersion` and `cniVersions`. */
  readonly cniVersion: CniVersion
  readonly plugins: readonly PluginConfig[]
  readonly disableCheck: boolean
  readonly disableGC: boolean
  readonly loadOnlyInlinedPlugins: boolean
}

/** Whether a list must bring its plugins itself, or more may follow from the sub-folder of its file. */
export type PluginSource = 'inlined' | 'folder may follow'

/**
 * The list an object holds. A single plugin's configuration is a list of that one, the whole object being the
 * plugin's (libcni `ConfListFromConf`).
 * @throws CniError 7 that names the origin and the JSON path at fault; CniError 1 for a version nobody speaks.
 */
export function networkList(config: JsonObject, origin: string, source: PluginSource = 'inlined'): NetworkList {
  const list = accepted(readShape(config, source), CODE.invalidConfiguration, origin)
  const cniVersion = negotiatedVersion(
    config['cniVersion'] as string | undefined,
    config['cniVersions'] as string[] | undefined,
    origin,
  )
  return { ...list, cniVersion }
}

/** Everything that is wrong with the shape of a list that {@link networkList} would refuse; none where it would not. */
export function networkListProblems(config: JsonObject, source: PluginSource = 'inlined'): readonly Problem[] {
  const reading = readShape(config, source)
  return reading.kind === 'read' ? [] : reading.problems
}

/** A list's plugins, and those of its sub-folder behind them (SPEC 1.1.0, `loadOnlyInlinedPlugins`). */
export function withPlugins(list: NetworkList, added: readonly PluginConfig[]): NetworkList {
  return { ...list, plugins: [...list.plugins, ...added] }
}

/**
 * One plugin's configuration, from a file of a list's sub-folder.
 * @throws CniError 7 that names the origin and the JSON path at fault.
 */
export function pluginConfig(config: JsonObject, origin: string): PluginConfig {
  const problems = problemsOf(isPlugin, config)
  const reading: Reading<PluginConfig> =
    problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'read', value: config as PluginConfig }
  return accepted(reading, CODE.invalidConfiguration, origin)
}

/** Whether an object is one plugin's configuration rather than a list: it has a `type` and no `plugins`. */
export function isSinglePlugin(config: JsonObject): boolean {
  return config['plugins'] === undefined && config['type'] !== undefined
}

function readShape(config: JsonObject, source: PluginSource): Reading<Omit<NetworkList, 'cniVersion'>> {
  const single = isSinglePlugin(config)
  const onlyInlined = isOn(config['loadOnlyInlinedPlugins'])
  const problems = [
    ...problemsOf(isNetworkList, config),
    ...(single ? problemsOf(isPlugin, config) : chainProblems(config['plugins'], onlyInlined ? 'inlined' : source)),
    ...nameProblems(config['name']),
  ]
  if (problems.length > 0) return { kind: 'invalid', problems }
  return {
    kind: 'read',
    value: {
      name: config['name'] as string,
      plugins: (single ? [config] : (config['plugins'] ?? [])) as PluginConfig[],
      // A single configuration's own keys stay the plugin's: libcni does not lift them to the list.
      disableCheck: !single && isOn(config['disableCheck']),
      disableGC: !single && isOn(config['disableGC']),
      loadOnlyInlinedPlugins: single || onlyInlined,
    },
  }
}

function nameProblems(name: unknown): readonly Problem[] {
  const fault = typeof name === 'string' ? networkNameFault(name) : undefined
  return fault === undefined ? [] : [{ path: 'name', message: `${JSON.stringify(name)} ${fault}` }]
}

function chainProblems(plugins: unknown, source: PluginSource): readonly Problem[] {
  if (plugins === undefined && source === 'inlined')
    return [{ path: 'plugins', message: "is missing; a network needs 'plugins' (a list) or 'type' (a single plugin)" }]
  const empty = Array.isArray(plugins) && plugins.length === 0
  return empty ? [{ path: 'plugins', message: 'is an empty list; a network needs at least one plugin' }] : []
}

// libcni also takes the words, in any case (X15).
function isOn(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}

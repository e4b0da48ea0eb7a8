import { resourcesIn } from '../cluster/index.ts'
import {
  CniError,
  CODE,
  configFiles,
  delegateConfig,
  isJsonObject,
  type Json,
  type JsonObject,
  networkFile,
  type PluginConfig,
  parseJsonObject,
} from '../cni/index.ts'
import { hostFiles } from '../host/index.ts'
import { inputTexts } from './input-texts.ts'
import { CONF_DIR } from './node-config-choice.ts'

/** What a Multus node is made of. */
export type MultusNode = {
  /** The configuration that the runtime hands Multus, and its file. */
  readonly config: JsonObject
  readonly path: string
  /** The arguments of its DaemonSet's containers, by their names without the dashes. */
  readonly args: Readonly<Record<string, string>>
  /** The configuration of its daemon, where there is one. */
  readonly daemon: JsonObject
}

const TYPES = ['multus', 'multus-shim']
const DAEMON_CONFIG = 'daemon-config.json'

/**
 * Reads a Multus node: its configuration from a file, or the runtime's folder, and the manifests it was installed by.
 * @throws CniError 5, 6 or 7 that names what cannot be read; 110 where there is no Multus.
 */
export async function multusNode(path: string | undefined, manifests: readonly string[]): Promise<MultusNode> {
  const texts = inputTexts(manifests)
  const resources = (await Promise.all(texts.map(({ file, text }) => resourcesIn(text, file)))).flat()
  const objects = resources.map(({ object }) => object)
  const daemons = objects.flatMap(({ kind, data }) => {
    const text = kind === 'ConfigMap' && isJsonObject(data) ? data[DAEMON_CONFIG] : undefined
    return typeof text === 'string' ? [parseJsonObject(text, DAEMON_CONFIG)] : []
  })
  const args = objects.filter(({ kind }) => kind === 'DaemonSet').flatMap(containerArgs)
  return { ...configOf(path), args: Object.fromEntries(args.flatMap(flagsIn)), daemon: daemons[0] ?? {} }
}

function configOf(path: string | undefined): Pick<MultusNode, 'config' | 'path'> {
  const paths = path === undefined ? configFiles(hostFiles, CONF_DIR) : [path]
  for (const one of paths) {
    const config = multusIn(one, path !== undefined)
    if (config) return { config, path: one }
  }
  const where = path ?? CONF_DIR
  throw new CniError(CODE.networkNotFound, `${where}: there is no configuration of Multus (type multus or multus-shim)`)
}

function multusIn(path: string, isWanted: boolean): JsonObject | undefined {
  try {
    const { list } = networkFile(hostFiles, path)
    const plugin = list.plugins.find(({ type }: PluginConfig) => TYPES.includes(type))
    return plugin && delegateConfig(list, plugin, {})
  } catch (fault) {
    if (isWanted || !(fault instanceof CniError)) throw fault
    return undefined
  }
}

function containerArgs({ spec }: JsonObject): readonly (readonly string[])[] {
  const template = objectAt(objectAt(spec, 'template'), 'spec')
  return ['initContainers', 'containers'].flatMap((key) => {
    const containers = template?.[key]
    return (Array.isArray(containers) ? (containers as readonly Json[]) : []).map((container) =>
      ['command', 'args'].flatMap((part) => textsIn(isJsonObject(container) ? container[part] : undefined)),
    )
  })
}

function objectAt(value: Json | undefined, key: string): JsonObject | undefined {
  const inner = isJsonObject(value) ? value[key] : undefined
  return isJsonObject(inner) ? inner : undefined
}

function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).map(String) : []
}

// `--name=value`, `--name value`, and `--name`, which means true.
function flagsIn(words: readonly string[]): readonly (readonly [string, string])[] {
  return words.flatMap((word, index) => {
    const [, name, value] = /^--?([\w-]+)(?:=(.*))?$/s.exec(word) ?? []
    if (name === undefined) return []
    const next = words[index + 1]
    return [[name, value ?? (next === undefined || next.startsWith('-') ? 'true' : next)] as const]
  })
}

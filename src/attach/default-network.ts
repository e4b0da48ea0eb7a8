import {
  CniError,
  CODE,
  type ConfigFiles,
  firstNetworkFile,
  type JsonObject,
  type NetworkFile,
  type NetworkList,
  networkFile,
  networkFileNamed,
  networkList,
} from '../cni/index.ts'
import { type DefinitionRef, definitionName, hasConfig } from './definition.ts'
import { definitionNetwork } from './definition-config.ts'
import { requireFilePermitted } from './isolation.ts'
import type { Knowledge } from './knowledge.ts'
import type { NodeConfig } from './node-config.ts'

/** A network that a name in the node's configuration, or in a pod's annotation, stands for. */
export type ResolvedNetwork = {
  /** As its user knows it: `namespace/definition`, or the CNI network name. */
  readonly name: string
  readonly network: NetworkList
  /** The file it is written in, where it is no definition's. */
  readonly file?: string
  /** The definition it comes from; none where it is a file of the node's. */
  readonly definition?: DefinitionRef & { readonly annotations: Readonly<Record<string, string>> }
}

/** What names are looked up in. */
export type Lookup = {
  readonly node: NodeConfig
  readonly knowledge: Knowledge
  readonly files: ConfigFiles
  /** Told of files that are passed over because they are not valid. */
  readonly passedOver: (fault: CniError) => void
}

/**
 * The network a `clusterNetwork` or `defaultNetworks` entry names, looked for in Multus' order: a definition in the
 * system namespace, a file of that name in `confDir`, the first network of a folder, a file.
 * @throws CniError 110 that names every place looked in.
 */
export function namedNetwork(lookup: Lookup, key: string, value: string): ResolvedNetwork {
  const { node, files, passedOver } = lookup
  if (value.includes('/')) return ofFile(pathNetwork(lookup, key, value))
  const definition = findDefinition(lookup, { namespace: node.multusNamespace, name: value })
  if (definition) return definition
  const file = networkFileNamed(files, node.confDir, value, passedOver)
  if (file) return ofFile(file)
  throw new CniError(
    CODE.networkNotFound,
    `${key}: network "${value}" is neither a definition in namespace ${node.multusNamespace} nor the name of a configuration in ${node.confDir}`,
  )
}

/**
 * The network of a definition.
 * @throws CniError 110 that says where it was looked for, and in which namespace one of that name is.
 */
export function definedNetwork(lookup: Lookup, ref: DefinitionRef): ResolvedNetwork {
  const found = findDefinition(lookup, ref)
  if (found) return found
  const others = namespacesWith(lookup.knowledge, ref.name).filter((namespace) => namespace !== ref.namespace)
  const hint = others.length > 0 ? `; one of that name is in namespace ${others.join(', ')}` : ''
  throw new CniError(
    CODE.networkNotFound,
    `cannot find network-attachment-definition "${ref.name}" in namespace "${ref.namespace}"${hint}`,
  )
}

/**
 * The network of an entry of `delegates`.
 * @throws CniError 7 that names the JSON path.
 */
export function inlinedNetwork(config: JsonObject, index: number): ResolvedNetwork {
  const network = networkList(config, `delegates[${index}]`)
  return { name: network.name, network }
}

// A definition may be named `constructor`, which every object answers to.
function namespacesWith({ namespacesOf }: Knowledge, name: string): readonly string[] {
  return Object.hasOwn(namespacesOf, name) ? (namespacesOf[name] ?? []) : []
}

function findDefinition(lookup: Lookup, ref: DefinitionRef): ResolvedNetwork | undefined {
  const { knowledge, node, files, passedOver } = lookup
  const definition = knowledge.definitions.find((one) => one.namespace === ref.namespace && one.name === ref.name)
  if (!definition) return undefined
  if (!hasConfig(definition)) requireFilePermitted(definition, node)
  const { namespace, name, annotations } = definition
  return {
    name: definitionName(ref),
    network: definitionNetwork(definition, node.confDir, files, passedOver),
    definition: { namespace, name, annotations },
  }
}

function pathNetwork({ files, passedOver }: Lookup, key: string, path: string): NetworkFile {
  if (!path.startsWith('/'))
    throw new CniError(CODE.invalidConfiguration, `${key}: "${path}" has a slash but is not an absolute path`)
  if (files.list(path) === undefined) return networkFile(files, path)
  const first = firstNetworkFile(files, path.replace(/\/+$/, ''), passedOver)
  if (first) return first
  throw new CniError(CODE.networkNotFound, `${key}: there is no valid network configuration in folder ${path}`)
}

function ofFile({ list, path }: NetworkFile): ResolvedNetwork {
  return { name: list.name, network: list, file: path }
}

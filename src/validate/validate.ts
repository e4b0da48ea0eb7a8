import { type Definition, type Knowledge, type NodeConfig, readNodeConfig } from '../attach/index.ts'
import { CniError, CODE, type ConfigFiles, type JsonObject } from '../cni/index.ts'
import { checkDefinition } from './definition-check.ts'
import { type Document, documentsOf } from './documents.ts'
import type { Facts } from './facts.ts'
import { type Finding, findingsOf, inOrder } from './finding.ts'
import { checkNetworkConfig } from './network-check.ts'
import { checkNodeConfig } from './node-config-check.ts'
import { overlaps, type PlacedNetwork } from './overlap-check.ts'
import type { PlacedValue } from './placed-value.ts'
import { checkPod } from './pod-check.ts'
import { warning } from './remark.ts'
import type { SourceText } from './source-text.ts'

/** What is validated, and against what. */
export type ValidateInput = {
  readonly texts: readonly SourceText[]
  /** The namespace of objects that name none. */
  readonly namespace: string
  /** What is known of a node; without it nothing is said of interfaces, plugins and files. */
  readonly facts?: Facts | undefined
  /**
   * The namespaces with definitions of a name, where every definition that pods name has been looked for: one that is
   * not among the texts is missing then, and not just unknown.
   */
  readonly elsewhere?: Knowledge['namespacesOf'] | undefined
  /** Told of each document that is looked at, for who waits for it. */
  readonly step?: (() => void) | undefined
}

/** What came of it: the findings in the order of their places, and how many documents were looked at. */
export type Validation = { readonly findings: readonly Finding[]; readonly checked: number }

type Known = {
  readonly findings: readonly Finding[]
  readonly definitions: readonly Definition[]
  readonly networks: readonly PlacedNetwork[]
  readonly nodes: readonly NodeConfig[]
}

const NO_FILES: ConfigFiles = {
  list: () => undefined,
  read: (path) => {
    throw new CniError(CODE.ioFailure, `${path}: is not among what is validated`)
  },
}

// Pods are planned without a node configuration as well: with a default network of which nothing is known.
const STAND_IN = { cniVersion: '1.0.0', name: 'default-network', type: 'default-network' }

/**
 * Everything that is wrong with definitions, pods, node configurations and network configurations, in the words in
 * which an ADD would say it, with the places in their texts.
 */
export function validate({ texts, namespace, facts, elsewhere, step = () => undefined }: ValidateInput): Validation {
  const read = texts.map(documentsOf)
  const documents = read.flatMap((one) => one.documents)
  const known = documents.map((document) => {
    step()
    return knownOf(document, namespace, facts)
  })
  const definitions = known.flatMap((one) => one.definitions)
  const node = nodeFor(known.flatMap((one) => one.nodes))
  const files = facts?.files ?? NO_FILES
  const all = { ...namespacesOf(definitions), ...elsewhere }
  const input = { node, definitions, namespacesOf: all, isWhole: elsewhere !== undefined, files, namespace }
  const findings = [
    ...read.flatMap((one) => one.findings),
    ...known.flatMap((one) => one.findings),
    ...overlaps(known.flatMap((one) => one.networks)),
    ...documents.flatMap((one) => (one.kind === 'pod' ? checkPod(one.placed, one.steps, input) : [])),
  ]
  return { findings: inOrder(findings), checked: documents.filter(({ kind }) => kind !== 'other').length }
}

function knownOf(document: Document, namespace: string, facts?: Facts): Known {
  const { placed } = document
  const nothing = { findings: [], definitions: [], networks: [], nodes: [] }
  switch (document.kind) {
    case 'definition': {
      const { definition, findings, network } = checkDefinition(placed, namespace, facts)
      const name = definition ? `definition ${definition.namespace}/${definition.name}` : ''
      return {
        ...nothing,
        findings,
        definitions: definition ? [definition] : [],
        networks: network ? [{ name, ...network }] : [],
      }
    }
    case 'network':
      return { ...nothing, ...networkIn(placed, facts) }
    case 'node-config': {
      const { node, findings } = checkNodeConfig(placed, facts)
      return { ...nothing, findings, nodes: node ? [node] : [] }
    }
    case 'pod':
      return nothing
    case 'other':
      return { ...nothing, findings: document.isKubernetes ? [] : [unknownDocument(placed)].flat() }
  }
}

function networkIn(placed: PlacedValue, facts?: Facts): Pick<Known, 'findings' | 'networks'> {
  const config = placed.value as JsonObject
  const source = placed.source.file.endsWith('.conflist') ? 'folder may follow' : 'inlined'
  const { network, remarks } = checkNetworkConfig(config, source, facts)
  const subject = { placed, origin: `network ${String(config['name'] ?? 'without a name')}` }
  const networks = network ? [{ name: subject.origin, list: network, config, subject }] : []
  return { findings: findingsOf(subject, remarks), networks }
}

function unknownDocument(placed: PlacedValue): readonly Finding[] {
  const message = 'is no definition, pod, network or node configuration: nothing in it is checked'
  return findingsOf({ placed, origin: 'the document' }, [warning('kind', '', message)])
}

function nodeFor([first, ...more]: readonly NodeConfig[]): NodeConfig {
  const { clusterNetwork: _, ...node } =
    first && more.length === 0 ? first : readNodeConfig({ name: 'stand-in', delegates: [STAND_IN] }).config
  return { ...node, delegates: node.delegates.length > 0 ? node.delegates : [STAND_IN], defaultNetworks: [] }
}

function namespacesOf(definitions: readonly Definition[]): Knowledge['namespacesOf'] {
  const namespaces = new Map<string, string[]>()
  for (const { name, namespace } of definitions) {
    const known = namespaces.get(name)
    if (known) known.push(namespace)
    else namespaces.set(name, [namespace])
  }
  return Object.fromEntries(namespaces)
}

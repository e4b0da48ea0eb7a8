import {
  CHAINING_ANNOTATION,
  type Definition,
  definitionName,
  hasConfig,
  labelFault,
  nearestKey,
  RESOURCE_NAME_ANNOTATION,
  ridesOnAnother,
} from '../attach/index.ts'
import {
  CniError,
  isJsonObject,
  type Json,
  type JsonObject,
  kindOf,
  type NetworkList,
  parseJsonObject,
  syntaxFault,
} from '../cni/index.ts'
import type { Facts } from './facts.ts'
import { type Finding, findingAt, findingsOf, type Subject } from './finding.ts'
import { checkNetworkConfig, pluginPath } from './network-check.ts'
import { embeddedJson, type PlacedValue, partAt, spanWithin } from './placed-value.ts'
import { error, type Remark, warning } from './remark.ts'

/** A definition that was checked. */
export type CheckedDefinition = {
  /** Undefined where it has no name that a pod could ask for. */
  readonly definition?: Definition
  readonly findings: readonly Finding[]
  /** Its network, and where it is written; undefined where it is a file of the node's, or invalid. */
  readonly network?: { readonly list: NetworkList; readonly config: JsonObject; readonly subject: Subject }
}

/** Checks a NetworkAttachmentDefinition (3.2). */
export function checkDefinition(placed: PlacedValue, namespace: string, facts?: Facts): CheckedDefinition {
  const definition = definitionIn(placed.value, namespace)
  const name = definition ? definitionName(definition) : 'without a name'
  const subject = { placed, origin: `definition ${name}` }
  const own = findingsOf(subject, [...metadataRemarks(placed.value), ...specRemarks(placed.value)])
  const spec = partAt(placed, 'spec', 'config')
  if (!definition || !hasConfig(definition) || !spec) return { ...(definition ? { definition } : {}), findings: own }
  const checked = checkConfig(spec, definition, facts)
  return { definition, ...checked, findings: [...own, ...checked.findings] }
}

function checkConfig(spec: PlacedValue, definition: Definition, facts?: Facts) {
  const origin = `definition ${definitionName(definition)}: spec.config`
  let config: JsonObject
  try {
    config = parseJsonObject(definition.config, origin)
  } catch (fault) {
    if (fault instanceof CniError) return { findings: [syntaxFinding(spec, definition.config, origin, fault)] }
    throw fault
  }
  const subject = { placed: embeddedJson(spec, config), origin }
  // 3.4.2: a missing name is the definition's.
  const { network, remarks } = checkNetworkConfig(
    { ...config, name: config['name'] || definition.name },
    'inlined',
    facts,
  )
  const more = network ? [...selfRemarks(config, network), ...isolationRemarks(config, network, definition)] : []
  const findings = findingsOf(subject, [...remarks, ...more])
  return network ? { findings, network: { list: network, config, subject } } : { findings }
}

function syntaxFinding(spec: PlacedValue, text: string, origin: string, { msg }: CniError): Finding {
  const fault = syntaxFault(text)
  const start = fault?.offset ?? 0
  return findingAt(spec.source, spanWithin(spec, { start, end: start + 1 }), {
    severity: 'error',
    rule: 'syntax',
    message: fault ? `${origin} ${fault.message}` : msg,
  })
}

function definitionIn(value: Json, namespace: string): Definition | undefined {
  const { metadata, spec } = value as JsonObject
  if (!isJsonObject(metadata) || typeof metadata['name'] !== 'string') return undefined
  const { name, namespace: own, annotations } = metadata
  const texts = isJsonObject(annotations)
    ? Object.entries(annotations).filter(([, text]) => typeof text === 'string')
    : []
  const config = isJsonObject(spec) ? spec['config'] : undefined
  return {
    name,
    namespace: typeof own === 'string' && own !== '' ? own : namespace,
    annotations: Object.fromEntries(texts) as Definition['annotations'],
    config: typeof config === 'string' ? config : '',
  }
}

function metadataRemarks(value: Json): readonly Remark[] {
  const { metadata } = value as JsonObject
  if (!isJsonObject(metadata)) return [error('metadata', 'metadata', 'is missing')]
  const { name, annotations } = metadata
  if (typeof name !== 'string' || name === '') return [error('metadata', 'metadata.name', 'is missing')]
  const fault = labelFault(name)
  const named = fault === undefined ? [] : [error('metadata', 'metadata.name', `${JSON.stringify(name)} ${fault}`)]
  return [...named, ...(isJsonObject(annotations) ? annotationRemarks(annotations) : [])]
}

const ANNOTATIONS = [CHAINING_ANNOTATION, RESOURCE_NAME_ANNOTATION]

function annotationRemarks(annotations: JsonObject): readonly Remark[] {
  const path = 'metadata.annotations'
  const own = annotations[CHAINING_ANNOTATION]
  const chaining =
    own === undefined || own === 'threaded' || own === 'isolated'
      ? []
      : [
          error(
            'metadata',
            `${path}[${JSON.stringify(CHAINING_ANNOTATION)}]`,
            `must be threaded or isolated, not ${JSON.stringify(own)}`,
          ),
        ]
  const misspelt = Object.keys(annotations).flatMap((key) => {
    const nearest = ANNOTATIONS.includes(key) ? undefined : nearestKey(key, ANNOTATIONS)
    return nearest === undefined
      ? []
      : [warning('metadata', path, `unknown key "${key}"; did you mean "${nearest}"?`, key)]
  })
  return [...chaining, ...misspelt]
}

function specRemarks(value: Json): readonly Remark[] {
  const { spec } = value as JsonObject
  if (spec === undefined || spec === null) return []
  if (!isJsonObject(spec)) return [error('metadata', 'spec', `must be an object, not ${kindOf(spec)}`)]
  const { config } = spec
  const unknown = Object.keys(spec).filter((key) => key !== 'config')
  return [
    ...unknown.map((key) =>
      warning('unknown-key', 'spec', `unknown key "${key}"; a definition has spec.config alone`, key),
    ),
    ...(config === undefined || config === null || typeof config === 'string'
      ? []
      : [
          error(
            'metadata',
            'spec.config',
            `must be a string that holds JSON, not ${kindOf(config)}; write "config: |"`,
          ),
        ]),
  ]
}

function selfRemarks(config: JsonObject, { plugins }: NetworkList): readonly Remark[] {
  return plugins.flatMap(({ type }, index) => {
    if (type !== 'plexus') return []
    const path = [pluginPath(config, index), 'type'].filter((step) => step !== '').join('.')
    return [error('chain', path, 'plugin plexus is Plexus itself; a network cannot be made of Plexus')]
  })
}

function isolationRemarks(config: JsonObject, network: NetworkList, { annotations }: Definition): readonly Remark[] {
  if (annotations[CHAINING_ANNOTATION] !== 'isolated' || !ridesOnAnother(network)) return []
  const fault = `its plugins change an interface, but the annotation ${CHAINING_ANNOTATION} keeps the other networks' from it`
  return [warning('chain', `${pluginPath(config, 0)}`, `${fault}; take the annotation away`)]
}

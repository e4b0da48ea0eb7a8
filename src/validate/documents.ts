import { CniError, isJsonObject, type Json, type JsonObject, parseJson, syntaxFault } from '../cni/index.ts'
import { type Finding, findingAt } from './finding.ts'
import { type PlacedValue, partAt, placedJson, readYaml } from './placed-value.ts'
import type { SourceText } from './source-text.ts'

/** What a document is. */
export type Document =
  | { readonly kind: 'definition' | 'network' | 'node-config'; readonly placed: PlacedValue }
  /** `metadata` is where the pod's annotations are: in a workload's template, for a workload. */
  | { readonly kind: 'pod'; readonly placed: PlacedValue; readonly steps: readonly string[] }
  | { readonly kind: 'other'; readonly placed: PlacedValue; readonly isKubernetes: boolean }

/** What a text holds, and where it cannot be read. */
export type Documents = { readonly documents: readonly Document[]; readonly findings: readonly Finding[] }

const TEMPLATE = ['spec', 'template']
const POD_STEPS: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: TEMPLATE,
  StatefulSet: TEMPLATE,
  DaemonSet: TEMPLATE,
  ReplicaSet: TEMPLATE,
  ReplicationController: TEMPLATE,
  Job: TEMPLATE,
  CronJob: ['spec', 'jobTemplate', ...TEMPLATE],
}

const META_PLUGINS: readonly Json[] = ['plexus', 'multus', 'multus-shim']
const JSON_FILE = /\.(conf|conflist|json)$/

/** The documents of a text: JSON where its name or its first character says so, else YAML. */
export function documentsOf(source: SourceText): Documents {
  const { values, findings } =
    JSON_FILE.test(source.file) || isJsonText(source.text) ? fromJson(source) : fromYaml(source)
  return { findings, documents: values.flatMap(unlisted).map(classified) }
}

function isJsonText(text: string): boolean {
  return /^\s*[{[]/.test(text) && syntaxFault(text) === undefined
}

type Read = { readonly values: readonly PlacedValue[]; readonly findings: readonly Finding[] }

function fromJson(source: SourceText): Read {
  try {
    return { values: [placedJson(source, parseJson(source.text, source.file))], findings: [] }
  } catch (fault) {
    if (!(fault instanceof CniError)) throw fault
    const { offset = 0, message = 'is empty; expected JSON' } = syntaxFault(source.text) ?? {}
    const span = { start: offset, end: offset + 1 }
    return { values: [], findings: [findingAt(source, span, { severity: 'error', rule: 'syntax', message })] }
  }
}

function fromYaml(source: SourceText): Read {
  const { values, faults } = readYaml(source)
  const findings = faults.map(({ span, message }) =>
    findingAt(source, span, { severity: 'error', rule: 'syntax', message: `is not YAML: ${message}` }),
  )
  return { values, findings }
}

// `kubectl get -o yaml` writes several objects as one List.
function unlisted(placed: PlacedValue): readonly PlacedValue[] {
  const { value } = placed
  if (!isJsonObject(value)) return [placed]
  const { kind, items } = value
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [placed]
  return (items as readonly Json[]).flatMap((_, index) => partAt(placed, 'items', index) ?? [])
}

function classified(placed: PlacedValue): Document {
  const { value } = placed
  if (!isJsonObject(value)) return { kind: 'other', placed, isKubernetes: false }
  const { kind } = value
  if (typeof kind === 'string') return ofKubernetes(kind, placed)
  if (isNodeConfig(value)) return { kind: 'node-config', placed }
  const isNetwork = value['plugins'] !== undefined || value['type'] !== undefined || value['cniVersion'] !== undefined
  return isNetwork ? { kind: 'network', placed } : { kind: 'other', placed, isKubernetes: false }
}

function ofKubernetes(kind: string, placed: PlacedValue): Document {
  if (kind === 'NetworkAttachmentDefinition') return { kind: 'definition', placed }
  const steps = Object.hasOwn(POD_STEPS, kind) ? POD_STEPS[kind] : undefined
  return steps ? { kind: 'pod', placed, steps } : { kind: 'other', placed, isKubernetes: true }
}

// In a list, as `plexus install` writes it, it is the only plugin.
function isNodeConfig(config: JsonObject): boolean {
  const { plugins } = config
  const [only, ...more] = Array.isArray(plugins) ? (plugins as readonly Json[]) : [config]
  if (!isJsonObject(only) || more.length > 0) return false
  const { type = null, clusterNetwork, delegates } = only
  return META_PLUGINS.includes(type) || clusterNetwork !== undefined || delegates !== undefined
}

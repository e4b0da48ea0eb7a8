import {
  DEFAULT_NETWORK_ANNOTATION,
  NETWORKS_ANNOTATION,
  nearestKey,
  type Pod,
  readSelections,
} from '../attach/index.ts'
import { isJsonObject, type Json, type JsonObject, parseJson, problemText } from '../cni/index.ts'
import type { CheckedPlan } from './asked.ts'
import { type Finding, findingAt, findingsOf } from './finding.ts'
import { embeddedJson, type PlacedValue, partAt, spanOf, spanWithin } from './placed-value.ts'
import { checkPlan, type PlanInput } from './plan-check.ts'
import { error, type Remark, warning } from './remark.ts'
import type { Span } from './source-text.ts'

/** What a pod is checked against: everything that is known beside it. */
export type PodInput = Omit<PlanInput, 'pod'> & { readonly namespace: string }

/** An annotation whose value asks for networks, and where in it the parts of the value are. */
type Asking = { readonly key: string; readonly text: PlacedValue; readonly isJson: boolean }

const ANNOTATIONS = [NETWORKS_ANNOTATION, DEFAULT_NETWORK_ANNOTATION]

/**
 * Checks what a pod, or a workload's template at some steps, asks of networks: its annotations, then each network it
 * names, then all of them together.
 */
export function checkPod(placed: PlacedValue, steps: readonly string[], input: PodInput): readonly Finding[] {
  const { kind, metadata } = placed.value as JsonObject
  const origin = `${String(kind)} ${nameIn(metadata, 'without a name')}`
  const annotations = partAt(placed, ...steps, 'metadata', 'annotations')
  const own = steps.length === 0 ? [] : misplaced(metadata)
  const remarks = findingsOf({ placed, origin }, own)
  if (!annotations || !isJsonObject(annotations.value)) return remarks
  const askings = ANNOTATIONS.flatMap((key) => askingOf(annotations, key))
  const reading = askings.flatMap((asking) => readingFindings(asking, defaultNamespace(asking.key, placed, input)))
  const misspelt = findingsOf({ placed: annotations, origin }, misspeltRemarks(annotations.value))
  const first = [...remarks, ...misspelt, ...reading]
  return reading.length > 0
    ? first
    : [...first, ...planFindings(askings, podOf(placed, annotations.value, input), input)]
}

function podOf({ value }: PlacedValue, annotations: JsonObject, { namespace }: PodInput): Pod {
  const { metadata } = value as JsonObject
  const texts = Object.entries(annotations).filter(([, text]) => typeof text === 'string')
  return {
    namespace: namespaceIn(metadata, namespace),
    name: nameIn(metadata, 'unnamed'),
    annotations: Object.fromEntries(texts) as Pod['annotations'],
  }
}

function defaultNamespace(key: string, { value }: PlacedValue, { node, namespace }: PodInput): string {
  return key === NETWORKS_ANNOTATION ? namespaceIn((value as JsonObject)['metadata'], namespace) : node.multusNamespace
}

function askingOf(annotations: PlacedValue, key: string): readonly Asking[] {
  const text = partAt(annotations, key)
  if (typeof text?.value !== 'string') return []
  return [{ key, text, isJson: /[[{"]/.test(text.value) }]
}

function readingFindings({ key, text, isJson }: Asking, namespace: string): readonly Finding[] {
  const reading = readSelections(String(text.value), namespace)
  if (reading.kind === 'read') return []
  return reading.problems.map((problem) => {
    const message = `annotation ${key}: ${problemText(problem)}`
    const span = isJson
      ? jsonSpan(text, problem)
      : itemSpan(text, Number(/^item (\d+)$/.exec(problem.path)?.[1] ?? 1) - 1)
    return findingAt(text.source, span, { severity: 'error', rule: 'annotation', message })
  })
}

function planFindings(askings: readonly Asking[], pod: Pod, input: PodInput): readonly Finding[] {
  const found: readonly CheckedPlan[] = checkPlan({ ...input, pod })
  return found.flatMap(({ annotation, index, key, ...said }) => {
    const asking = askings.find((one) => one.key === annotation)
    if (!asking) return []
    return [findingAt(asking.text.source, selectionSpan(asking, index, key), said)]
  })
}

function selectionSpan({ text, isJson }: Asking, index: number | undefined, key: string | undefined): Span {
  if (index === undefined) return spanOf(text, '')
  if (!isJson) return itemSpan(text, index)
  return jsonSpan(text, { path: `[${index}]`, ...(key === undefined ? {} : { key }) })
}

// Of a text that is not JSON at all there is only the whole.
function jsonSpan(text: PlacedValue, { path, key }: { readonly path: string; readonly key?: string }): Span {
  try {
    return spanOf(embeddedJson(text, parseJson(String(text.value), '')), path, key)
  } catch {
    return spanOf(text, '')
  }
}

function itemSpan(text: PlacedValue, index: number): Span {
  const items = String(text.value).split(',')
  const before = items.slice(0, index).reduce((sum, item) => sum + item.length + 1, 0)
  const item = items[index] ?? ''
  const start = before + (item.length - item.trimStart().length)
  return spanWithin(text, { start, end: start + Math.max(1, item.trim().length) })
}

function misspeltRemarks(annotations: JsonObject): readonly Remark[] {
  return Object.entries(annotations).flatMap(([key, value]) => {
    if (ANNOTATIONS.includes(key))
      return typeof value === 'string' ? [] : [error('annotation', '', `annotation ${key}: must be a string`, key)]
    const nearest = nearestKey(key, ANNOTATIONS)
    if (nearest === undefined) return []
    return [warning('annotation', '', `unknown annotation "${key}"; did you mean "${nearest}"?`, key)]
  })
}

function misplaced(metadata: Json | undefined): readonly Remark[] {
  const annotations = isJsonObject(metadata) ? metadata['annotations'] : undefined
  const keys = isJsonObject(annotations) ? Object.keys(annotations).filter((key) => ANNOTATIONS.includes(key)) : []
  return keys.map((key) =>
    warning(
      'annotation',
      'metadata.annotations',
      `annotation ${key} has no effect here; move it to the metadata of the pod template`,
      key,
    ),
  )
}

function nameIn(metadata: Json | undefined, otherwise: string): string {
  const { name, generateName } = isJsonObject(metadata) ? metadata : {}
  return typeof name === 'string' ? name : typeof generateName === 'string' ? generateName : otherwise
}

function namespaceIn(metadata: Json | undefined, otherwise: string): string {
  const { namespace } = isJsonObject(metadata) ? metadata : {}
  return typeof namespace === 'string' && namespace !== '' ? namespace : otherwise
}

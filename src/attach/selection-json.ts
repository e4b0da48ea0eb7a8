import {
  CniError,
  isJsonObject,
  type Json,
  type JsonObject,
  kindOf,
  type Problem,
  parseJson,
  problemsOf,
  type Reading,
} from '../cni/index.ts'
import { isSelectionElement } from './generated/validators.js'
import { selectionElementSchema } from './schemas.ts'
import type { Selection } from './selection.ts'
import { toSelection, valueProblems, type WrittenElement } from './selection-values.ts'
import { judgeable, unknownKeys } from './written-object.ts'

const { portMappings, bandwidth } = selectionElementSchema.properties
const KEYS = Object.keys(selectionElementSchema.properties)
const PORT_MAPPING_KEYS = Object.keys(portMappings.items.properties)
const BANDWIDTH_KEYS = Object.keys(bandwidth.properties)

/** The networks of an annotation in the JSON form: a list of network selection elements (4.1.2). */
export function readJsonSelections(annotation: string, defaultNamespace: string): Reading<readonly Selection[]> {
  const parsed = parsedAnnotation(annotation)
  if (parsed.kind === 'invalid') return parsed
  if (!Array.isArray(parsed.value))
    return invalid(`must be a list of network selection elements; it is ${kindOf(parsed.value)}`)
  const readings = (parsed.value as readonly Json[]).map((element) => readElement(element, defaultNamespace))
  const problems = readings.flatMap((reading, index) =>
    reading.kind === 'read' ? [] : reading.problems.map(within(`[${index}]`)),
  )
  if (problems.length > 0) return { kind: 'invalid', problems }
  return { kind: 'read', value: readings.flatMap((reading) => (reading.kind === 'read' ? [reading.value] : [])) }
}

function parsedAnnotation(annotation: string): Reading<Json> {
  try {
    return { kind: 'read', value: parseJson(annotation, 'it') }
  } catch (fault) {
    if (fault instanceof CniError) return invalid(fault.msg)
    throw fault
  }
}

function readElement(element: Json, defaultNamespace: string): Reading<Selection> {
  if (!isJsonObject(element)) return invalid(`must be an object; it is ${kindOf(element)}`)
  const judged = judgeable(element)
  const shape = [...keyProblems(element), ...problemsOf(isSelectionElement, judged)]
  const written = judged as WrittenElement
  const problems = shape.length > 0 ? shape : valueProblems(written)
  if (problems.length > 0) return { kind: 'invalid', problems }
  return { kind: 'read', value: toSelection(written, element, defaultNamespace) }
}

function keyProblems(element: JsonObject): readonly Problem[] {
  const { portMappings, bandwidth } = element
  return [
    ...unknownKeys(element, KEYS),
    ...(isJsonObject(bandwidth) ? unknownKeys(bandwidth, BANDWIDTH_KEYS, 'bandwidth') : []),
    ...(Array.isArray(portMappings) ? portMappings : []).flatMap((mapping: Json, index) =>
      isJsonObject(mapping) ? unknownKeys(mapping, PORT_MAPPING_KEYS, `portMappings[${index}]`) : [],
    ),
  ]
}

function invalid(message: string): Extract<Reading<never>, { kind: 'invalid' }> {
  return { kind: 'invalid', problems: [{ path: '', message }] }
}

function within(place: string): (problem: Problem) => Problem {
  return (problem) => {
    const { path } = problem
    return { ...problem, path: path === '' || path.startsWith('[') ? place + path : `${place}.${path}` }
  }
}

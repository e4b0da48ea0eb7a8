import { accepted, CODE, type Reading } from '../cni/index.ts'
import type { Selection } from './selection.ts'
import { readCommaSelections } from './selection-comma.ts'
import { readJsonSelections } from './selection-json.ts'

/**
 * The networks an annotation's value asks for, in its order; none where it is blank.
 * @param key The annotation, for the error message.
 * @throws CniError 111 that names the annotation and the first thing wrong with it; the others are in its details.
 */
export function selections(annotation: string, defaultNamespace: string, key: string): readonly Selection[] {
  return accepted(readSelections(annotation, defaultNamespace), CODE.invalidAnnotation, `annotation ${key}`)
}

/**
 * The most networks an annotation may ask for. They are attached one after another while the runtime waits, and each is
 * an entry of the pod's network status, all of which must fit the 256 KiB that Kubernetes gives a pod's annotations.
 */
const MAX_SELECTIONS = 100

/** The networks an annotation's value asks for, or everything that is wrong with it. */
export function readSelections(annotation: string, defaultNamespace: string): Reading<readonly Selection[]> {
  if (annotation.trim() === '') return { kind: 'read', value: [] }
  // Multus' test: none of the three can be in a name.
  const isJson = /[[{"]/.test(annotation)
  const read = isJson ? readJsonSelections : readCommaSelections
  return fewEnough(read(annotation, defaultNamespace))
}

function fewEnough(reading: Reading<readonly Selection[]>): Reading<readonly Selection[]> {
  if (reading.kind === 'invalid' || reading.value.length <= MAX_SELECTIONS) return reading
  const message = `asks for ${reading.value.length} networks; a pod may have at most ${MAX_SELECTIONS}`
  return { kind: 'invalid', problems: [{ path: '', message }] }
}

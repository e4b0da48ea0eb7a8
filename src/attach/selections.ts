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

/** The networks an annotation's value asks for, or everything that is wrong with it. */
export function readSelections(annotation: string, defaultNamespace: string): Reading<readonly Selection[]> {
  if (annotation.trim() === '') return { kind: 'read', value: [] }
  // Multus' test: none of the three can be in a name.
  const isJson = /[[{"]/.test(annotation)
  return isJson ? readJsonSelections(annotation, defaultNamespace) : readCommaSelections(annotation, defaultNamespace)
}

import type { Selection } from '../attach/index.ts'
import type { Rule, Severity } from './remark.ts'

/** A network that a pod's annotation asks for, and the interface it would have. */
export type Asked = {
  readonly annotation: string
  readonly index: number
  readonly ifName: string
  readonly selection: Selection
}

/** Something wrong with a pod's networks: of one of an annotation's selections, or, without index, of all together. */
export type CheckedPlan = {
  readonly annotation: string
  readonly index?: number
  /** The selection's key it is about. */
  readonly key?: string
  readonly severity: Severity
  readonly rule: Rule
  readonly message: string
}

/** Where a selection stands. */
export function placeOf({ annotation, index }: Asked): { readonly annotation: string; readonly index: number } {
  return { annotation, index }
}

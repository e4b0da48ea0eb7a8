import { problemText } from '../cni/index.ts'
import { type PlacedValue, spanOf } from './placed-value.ts'
import type { Remark, Rule, Severity } from './remark.ts'
import { type Place, placeOf, type SourceText, type Span } from './source-text.ts'

/** Something found in a text, where it is, in the words in which an ADD would say it. */
export type Finding = Place & {
  readonly file: string
  readonly severity: Severity
  readonly rule: Rule
  readonly message: string
}

/** A value that is checked, and what an error message calls it: `definition default/lan: spec.config`. */
export type Subject = { readonly placed: PlacedValue; readonly origin: string }

/** Remarks on a value, each where its path is. */
export function findingsOf({ placed, origin }: Subject, remarks: readonly Remark[]): readonly Finding[] {
  return remarks.map((remark) => {
    const { path, key, severity, rule } = remark
    const message = `${origin}: ${problemText(remark)}`
    return findingAt(placed.source, spanOf(placed, path, key), { severity, rule, message })
  })
}

/** A finding about a part of a text. */
export function findingAt(
  source: SourceText,
  span: Span,
  said: Pick<Finding, 'severity' | 'rule' | 'message'>,
): Finding {
  return { file: source.file, ...placeOf(source, span), ...said }
}

/** Findings in the order of their places; what is said twice of one place, once. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const unique = new Map(findings.map((one) => [`${one.file}\n${one.line}\n${one.column}\n${one.message}`, one]))
  return [...unique.values()].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

import { asCniError, type CniVersion, type VersionedResult, versionedResult } from '../../src/cni/index.ts'
import { printedObject, type RunRecord, saidOf, succeeded } from './run-record.ts'

/** What an ADD came to: a result, or why there is none. */
export type AddResult =
  | { readonly kind: 'result'; readonly result: VersionedResult; readonly run: RunRecord }
  | { readonly kind: 'none'; readonly why: string; readonly run: RunRecord }

/** Reads what an ADD printed, as a runtime would. */
export function addedResult(run: RunRecord, version: CniVersion): AddResult {
  if (!succeeded(run)) return { kind: 'none', why: saidOf(run), run }
  const printed = printedObject(run)
  if (printed === undefined) return { kind: 'none', why: 'what it printed is not one JSON object', run }
  try {
    return { kind: 'result', result: versionedResult(printed, version, 'its result'), run }
  } catch (fault) {
    return { kind: 'none', why: asCniError(fault).msg, run }
  }
}

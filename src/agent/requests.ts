import type { BeginRequest, EndRequest } from '../cluster/index.ts'
import { accepted, CODE, type Json, parseJson, problemsOf, type Validator } from '../cni/index.ts'
import type { PodReport } from '../engine/index.ts'
import { isBeginRequest, isEndRequest, isPodReport } from './generated/validators.js'

/** The request a call begins with. @throws CniError 6 or 7 that names the JSON path at fault. */
export function beginRequest(text: string): BeginRequest {
  return checked<BeginRequest>(text, isBeginRequest, 'the request')
}

/** The request a call ends with. @throws CniError 6 or 7 that names the JSON path at fault. */
export function endRequest(text: string): EndRequest {
  return checked<EndRequest>(text, isEndRequest, 'the request')
}

/** A report as it was kept. @throws CniError 6 or 7 that names the origin and the JSON path at fault. */
export function keptReport(text: string, origin: string): PodReport {
  return checked<PodReport>(text, isPodReport, origin)
}

function checked<T>(text: string, isValid: Validator, origin: string): T {
  const value: Json = parseJson(text, origin)
  const problems = problemsOf(isValid, value)
  const reading =
    problems.length > 0 ? ({ kind: 'invalid', problems } as const) : ({ kind: 'read', value: value as T } as const)
  return accepted(reading, CODE.invalidConfiguration, origin)
}

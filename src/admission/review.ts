import { CniError, CODE, isJsonObject, type Json, type JsonObject, parseJsonObject, toJson } from '../cni/index.ts'

/** What the API server asks: may this object be as it is? */
export type AdmissionRequest = {
  /** `admission.k8s.io/v1` or `v1beta1`: the answer is of the same. */
  readonly apiVersion: string
  readonly uid: string
  /** The namespace of the object, which it need not name itself; `''` where it has none. */
  readonly namespace: string
  /** None where it is deleted. */
  readonly object: JsonObject | undefined
  /** What it was before; none where it is new. */
  readonly oldObject: JsonObject | undefined
}

/** What is answered: refused where there is a refusal. */
export type Verdict = { readonly refusals: readonly string[]; readonly warnings: readonly string[] }

const GROUP = 'admission.k8s.io'
const VERSIONS: readonly Json[] = [`${GROUP}/v1`, `${GROUP}/v1beta1`]
const ORIGIN = 'the review'
// A header of HTTP carries it.
const CONTROL = /\p{Cc}+/gu

/**
 * Reads an AdmissionReview.
 * @throws CniError 6 where it is not JSON, 7 where it is no AdmissionReview of a known version with a request.
 */
export function readReview(text: string): AdmissionRequest {
  const { kind, apiVersion, request } = parseJsonObject(text, ORIGIN)
  if (kind !== 'AdmissionReview' || !VERSIONS.includes(apiVersion ?? null))
    throw new CniError(CODE.invalidConfiguration, `${ORIGIN}: is no AdmissionReview of ${VERSIONS.join(' or ')}`)
  const { uid, namespace, object, oldObject } = objectIn(request) ?? {}
  if (typeof uid !== 'string' || uid === '')
    throw new CniError(CODE.invalidConfiguration, `${ORIGIN}: request.uid: is missing`)
  return {
    apiVersion: String(apiVersion),
    uid,
    namespace: typeof namespace === 'string' ? namespace : '',
    object: objectIn(object),
    oldObject: objectIn(oldObject),
  }
}

/** The text of the AdmissionReview that answers a request: every problem a line, the first one first. */
export function reviewAnswer({ apiVersion, uid }: AdmissionRequest, { refusals, warnings }: Verdict): string {
  const status = { code: 403, reason: 'Forbidden', message: refusals.join('\n') }
  const response = {
    uid,
    allowed: refusals.length === 0,
    ...(refusals.length === 0 ? {} : { status }),
    ...(warnings.length === 0 ? {} : { warnings: warnings.map((one) => one.replace(CONTROL, ' ')) }),
  }
  return toJson({ apiVersion, kind: 'AdmissionReview', response })
}

function objectIn(value: Json | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined
}

import { type Definition, type DefinitionRef, definitionName, definitionsOfPod } from '../attach/index.ts'
import type { KnownDefinitions } from '../cluster/index.ts'
import { isJsonObject, type JsonObject, toJson } from '../cni/index.ts'
import { type Finding, type SourceText, validate } from '../validate/index.ts'
import type { AdmissionRequest, Verdict } from './review.ts'

/** What was found out about definitions, or why nothing was. */
export type Found = KnownDefinitions | { readonly unknown: string }

/** Looks definitions up, and gives up in good time. */
export type FindDefinitions = (refs: readonly DefinitionRef[]) => Promise<Found>

const REQUEST = 'request'
const DEFINITION = 'NetworkAttachmentDefinition'
// Where nodes look for default networks, unless their configuration says otherwise.
const SYSTEM_NAMESPACE = 'kube-system'
// What `kubectl apply` leaves there is the whole object once more.
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * Judges an object in the words of `plexus validate`. Errors are refusals, but for a definition that does not exist:
 * in which order things are created is free. Who changes nothing of what is judged (a label, a finalizer) or is having
 * the object deleted is refused nothing.
 */
export async function judge(request: AdmissionRequest, find: FindDefinitions): Promise<Verdict> {
  const { object, oldObject, namespace } = request
  if (!object || metadataOf(object)['deletionTimestamp'] !== undefined) return { refusals: [], warnings: [] }
  const subject = judgedOf(object, namespace)
  const found = await find(namedBy(subject))
  const findings = findingsOf(subject, namespace, found)
  const isSame = oldObject !== undefined && toJson(judgedOf(oldObject, namespace)) === toJson(subject)
  const isRefusal = ({ severity, rule }: Finding): boolean => severity === 'error' && rule !== 'not-found' && !isSame
  return {
    refusals: findings.filter(isRefusal).map(({ message }) => message),
    warnings: [
      ...('unknown' in found ? [`its definitions could not be looked up, and are not judged: ${found.unknown}`] : []),
      ...findings.filter((one) => !isRefusal(one)).map(warningText),
    ],
  }
}

function judgedOf(object: JsonObject, inNamespace: string): JsonObject {
  const { kind = '', apiVersion = '', spec } = object
  const { name = 'unnamed', namespace = inNamespace, annotations: all } = metadataOf(object)
  const entries = Object.entries(isJsonObject(all) ? all : {}).filter(([key]) => key !== LAST_APPLIED)
  const metadata = { name, namespace, annotations: Object.fromEntries(entries) }
  return { apiVersion, kind, metadata, ...(kind === DEFINITION && spec !== undefined ? { spec } : {}) }
}

function namedBy({ kind, metadata }: JsonObject): readonly DefinitionRef[] {
  if (kind !== 'Pod' || !isJsonObject(metadata)) return []
  const { name, namespace, annotations } = metadata
  const texts = Object.entries(isJsonObject(annotations) ? annotations : {}).map(([key, text]) => [key, String(text)])
  const pod = { name: String(name), namespace: String(namespace), annotations: Object.fromEntries(texts) }
  return definitionsOfPod(pod, SYSTEM_NAMESPACE)
}

// What is wrong with a definition that a pod names has been said to whoever applied that.
function findingsOf(subject: JsonObject, namespace: string, found: Found): readonly Finding[] {
  const { definitions, namespacesOf: elsewhere } = 'unknown' in found ? NOTHING_KNOWN : found
  const texts = [{ file: REQUEST, text: toJson(subject) }, ...definitions.map(definitionText)]
  const own = validate({ texts, namespace, elsewhere }).findings.filter(({ file }) => file === REQUEST)
  return elsewhere ? own : own.filter(({ rule }) => rule !== 'not-found')
}

const NOTHING_KNOWN = { definitions: [], namespacesOf: undefined }

function definitionText({ namespace, name, annotations, config }: Definition): SourceText {
  const metadata = { namespace, name, annotations }
  return {
    file: definitionName({ namespace, name }),
    text: toJson({ apiVersion: 'k8s.cni.cncf.io/v1', kind: DEFINITION, metadata, spec: { config } }),
  }
}

function warningText({ rule, message }: Finding): string {
  return rule === 'not-found' ? `${message}; the pod does not start before it is there` : message
}

function metadataOf({ metadata }: JsonObject): JsonObject {
  return isJsonObject(metadata) ? metadata : {}
}

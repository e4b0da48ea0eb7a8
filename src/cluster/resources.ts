import type { Definition, Pod } from '../attach/index.ts'
import { CniError, CODE, isJsonObject, type JsonObject, kindOf } from '../cni/index.ts'

/** A Kubernetes object, and where it was found, in words. */
export type Resource = { readonly object: JsonObject; readonly origin: string }

// Set by the kubelet on the API's copy of a pod that it has from a file of its own.
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'
const SOURCE_ANNOTATION = 'kubernetes.io/config.source'

/**
 * The pod an object is.
 * @throws CniError 7 that names the origin and the path at fault.
 */
export function podResource(resource: Resource): Pod {
  const { uid } = metadataOf(resource)
  const annotations = annotationsOf(resource)
  const source = annotations[SOURCE_ANNOTATION]
  const isStatic = annotations[MIRROR_ANNOTATION] !== undefined || (source !== undefined && source !== 'api')
  return { ...namesOf(resource), annotations, isStatic, ...(typeof uid === 'string' ? { uid } : {}) }
}

/**
 * The NetworkAttachmentDefinition an object is.
 * @throws CniError 7 that names the origin and the path at fault.
 */
export function definitionResource(resource: Resource): Definition {
  const { spec } = resource.object
  const config = isJsonObject(spec) ? (spec['config'] ?? '') : ''
  if (typeof config !== 'string')
    throw invalid(resource, `spec.config: must be a string that holds JSON, not ${kindOf(config)}`)
  return { ...namesOf(resource), annotations: annotationsOf(resource), config }
}

function namesOf(resource: Resource): { readonly namespace: string; readonly name: string } {
  const { name, namespace = 'default' } = metadataOf(resource)
  if (typeof name !== 'string' || name === '') throw invalid(resource, 'metadata.name: is missing')
  if (typeof namespace !== 'string') throw invalid(resource, 'metadata.namespace: must be a string')
  return { namespace, name }
}

function annotationsOf(resource: Resource): Readonly<Record<string, string>> {
  const { annotations } = metadataOf(resource)
  if (annotations === undefined || annotations === null) return {}
  const isText = isJsonObject(annotations) && Object.values(annotations).every((value) => typeof value === 'string')
  if (!isText) throw invalid(resource, 'metadata.annotations: must be an object of strings')
  return annotations as Readonly<Record<string, string>>
}

function metadataOf({ object }: Resource): JsonObject {
  return isJsonObject(object['metadata']) ? object['metadata'] : {}
}

function invalid({ object, origin }: Resource, problem: string): CniError {
  return new CniError(CODE.invalidConfiguration, `${origin}: ${String(object['kind'])}: ${problem}`)
}

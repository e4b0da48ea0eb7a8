import { type Definition, type Knowledge, NO_KNOWLEDGE, type Pod } from '../attach/index.ts'
import {
  CniError,
  CODE,
  type ConfigFiles,
  configFiles,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../cni/index.ts'
import type { PodRef, Source } from '../engine/index.ts'
import { definitionResource, podResource, type Resource } from './resources.ts'
import { yamlDocuments } from './yaml-documents.ts'

const ENDINGS = ['.yaml', '.yml', '.json']

/**
 * A source that reads pods and definitions from a folder of YAML files, as they would be applied to a cluster: the
 * embedded default, for nodes and machines without one.
 */
export function filesSource(folder: string, files: ConfigFiles): Source {
  return {
    async knowledgeOf(pod) {
      const resources = await readFolder(folder, files)
      const definitions = ofKind(resources, 'NetworkAttachmentDefinition').map(definitionResource)
      return {
        ...NO_KNOWLEDGE,
        pod: pod && findPod(resources, pod, folder),
        definitions,
        namespacesOf: namespacesOf(definitions),
      }
    },
  }
}

/**
 * The objects of a YAML or JSON text, those of lists one by one.
 * @throws CniError 6 that names the file, line and column.
 */
export async function resourcesIn(text: string, file: string): Promise<readonly Resource[]> {
  const documents = await yamlDocuments(text, file)
  return documents.flatMap(({ value, line }) =>
    unlisted(value).map((object) => ({ object, origin: `${file}:${line}` })),
  )
}

/** The namespaces that have a definition of a name, by the name. */
export function namespacesOf(definitions: readonly Definition[]): Knowledge['namespacesOf'] {
  const entries = definitions.map(
    ({ name }) => [name, definitions.filter((one) => one.name === name).map(({ namespace }) => namespace)] as const,
  )
  return Object.fromEntries(entries)
}

async function readFolder(folder: string, files: ConfigFiles): Promise<readonly Resource[]> {
  if (files.list(folder) === undefined)
    throw new CniError(CODE.tryAgainLater, `source.files: folder ${folder} does not exist`)
  const resources: Resource[] = []
  for (const path of configFiles(files, folder, ENDINGS)) resources.push(...(await resourcesIn(files.read(path), path)))
  return resources
}

// `kubectl get -o yaml` writes several objects as one List.
function unlisted(value: Json): readonly JsonObject[] {
  if (!isJsonObject(value)) return []
  const { kind, items } = value
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)
    ? items.filter(isJsonObject)
    : [value]
}

function ofKind(resources: readonly Resource[], kind: string): readonly Resource[] {
  return resources.filter(({ object }) => object['kind'] === kind)
}

function findPod(resources: readonly Resource[], { namespace, name, uid }: PodRef, folder: string): Pod {
  const found = ofKind(resources, 'Pod')
    .map(podResource)
    .find((pod) => pod.namespace === namespace && pod.name === name)
  if (!found) throw new CniError(CODE.tryAgainLater, `pod ${namespace}/${name} is not in source.files ${folder}`)
  if (uid === undefined || found.uid === undefined || found.uid === uid) return found
  throw new CniError(
    CODE.tryAgainLater,
    `pod ${namespace}/${name} has uid ${found.uid} in source.files ${folder}, the call is for uid ${uid}`,
  )
}

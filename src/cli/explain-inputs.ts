import { type Knowledge, type NodeConfig, type Pod, readNodeConfig } from '../attach/index.ts'
import { definitionResource, kubeClient, kubeSource, namespacesOf, podResource, resourcesIn } from '../cluster/index.ts'
import { CniError, CODE } from '../cni/index.ts'
import { hostFiles } from '../host/index.ts'
import { inputTexts } from './input-texts.ts'
import { CONF_DIR, chosenNodeConfig, installedNodeConfig } from './node-config-choice.ts'
import { waitedFor } from './progress.ts'

/** What `plexus explain` is told. */
export type ExplainOptions = {
  /** Files and folders with pods and definitions. */
  readonly file: readonly string[]
  readonly nodeConfig?: string
  readonly fromCluster?: boolean
  readonly kubeconfig?: string
}

/** What is explained: pods, each with what is known of its networks, and the node they are to be attached on. */
export type ExplainInput = {
  readonly node: NodeConfig
  /** The file of the node configuration; undefined where one stands in. */
  readonly nodePath: string | undefined
  readonly pods: readonly (Knowledge & { readonly pod: Pod })[]
}

// Where there is no node configuration, nothing is known of the default network but that there is one.
const STAND_IN = { cniVersion: '1.0.0', name: 'default-network', type: 'default-network' }
const API_TIMEOUT_MS = 10_000

/**
 * Reads what is to be explained; `wanted` is the pod, `[namespace/]name`, or undefined for all those in the files.
 * @throws CniError that says what is missing.
 */
export async function explainInput(wanted: string | undefined, options: ExplainOptions): Promise<ExplainInput> {
  const { node, nodePath } = nodeOf(options.nodeConfig)
  const pods = options.fromCluster
    ? [await fromCluster(wanted, node, options.kubeconfig ?? node.kubeconfig)]
    : await fromFiles(wanted, options.file)
  return { node, nodePath, pods }
}

function nodeOf(path: string | undefined): Omit<ExplainInput, 'pods'> {
  const chosen = path === undefined ? installedNodeConfig(hostFiles, CONF_DIR) : chosenNodeConfig(path)
  if (chosen) return { node: chosen.node, nodePath: chosen.path }
  const { config } = readNodeConfig({ cniVersion: '1.0.0', name: 'plexus', delegates: [STAND_IN] })
  return { node: config, nodePath: undefined }
}

async function fromFiles(wanted: string | undefined, paths: readonly string[]): Promise<ExplainInput['pods']> {
  if (paths.length === 0) throw new CniError(CODE.ioFailure, 'name the files with the pod and its definitions by -f')
  const texts = inputTexts(paths).filter(({ file }) => !/\.conf(list)?$/.test(file))
  const resources = (await Promise.all(texts.map(({ file, text }) => resourcesIn(text, file)))).flat()
  const ofKind = (kind: string) => resources.filter(({ object }) => object['kind'] === kind)
  const definitions = ofKind('NetworkAttachmentDefinition').map(definitionResource)
  const all = ofKind('Pod').map(podResource)
  const pods = wanted === undefined ? all : all.filter(isNamed(wanted))
  if (pods.length > 0) return pods.map((pod) => ({ pod, definitions, namespacesOf: namespacesOf(definitions) }))
  const there = all.map(({ namespace, name }) => `${namespace}/${name}`).join(', ') || 'none'
  const missing = wanted === undefined ? 'there is no Pod' : `there is no Pod ${wanted}`
  throw new CniError(CODE.networkNotFound, `${missing} in ${paths.join(', ')}; there are: ${there}`)
}

async function fromCluster(wanted: string | undefined, node: NodeConfig, given: string | undefined) {
  const kubeconfig = given ?? process.env['KUBECONFIG'] ?? `${process.env['HOME']}/.kube/config`
  if (wanted === undefined) throw new CniError(CODE.ioFailure, '--from-cluster: name the pod, namespace/name')
  const [name = '', namespace = 'default'] = wanted.split('/').reverse()
  const source = kubeSource({ client: kubeClient(kubeconfig), node, apiTimeoutMs: API_TIMEOUT_MS })
  const knowledge = await waitedFor('asking the API server', source.knowledgeOf({ namespace, name }))
  if (knowledge.pod) return { ...knowledge, pod: knowledge.pod }
  throw new CniError(CODE.networkNotFound, `the cluster has no Pod ${namespace}/${name}`)
}

function isNamed(wanted: string): (pod: Pod) => boolean {
  return ({ namespace, name }) => wanted === name || wanted === `${namespace}/${name}`
}

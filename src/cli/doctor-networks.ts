import { type Definition, definitionName, NO_KNOWLEDGE, nodeNetworks } from '../attach/index.ts'
import { definitionResource, filesSource, kubeClient } from '../cluster/index.ts'
import {
  CniError,
  isJsonObject,
  type NetworkList,
  networkFileNamed,
  networkList,
  parseJsonObject,
} from '../cni/index.ts'
import { hostFiles } from '../host/index.ts'
import type { Patient } from './doctor-verdict.ts'
import type { ChosenNodeConfig } from './node-config-choice.ts'

/** A network, and what people know it by. */
export type NamedNetwork = { readonly name: string; readonly network: NetworkList }

const DEFINITIONS = '/apis/k8s.cni.cncf.io/v1/network-attachment-definitions'

/** All definitions that the source of a node configuration has; none where it cannot be asked. */
export async function allDefinitions(chosen: ChosenNodeConfig | undefined): Promise<readonly Definition[]> {
  if (!chosen) return []
  const { source, kubeconfig } = chosen.node
  try {
    if (source) return (await filesSource(source.files, hostFiles).knowledgeOf(undefined)).definitions
    if (kubeconfig === undefined) return []
    const list = await kubeClient(kubeconfig).get(DEFINITIONS)
    const items = isJsonObject(list) && Array.isArray(list['items']) ? list['items'] : []
    return items.map((object) => definitionResource({ object, origin: 'the list' }))
  } catch {
    // What is wrong with it is another examination's to find.
    return []
  }
}

/** The networks that this node may have to attach, or has: the node configuration's, the definitions', the journal's. */
export function knownNetworks({ chosen, journal, definitions }: Patient): readonly NamedNetwork[] {
  const attached = journal.calls.flatMap(({ call }) => call.attachments)
  const defined = definitions.flatMap((definition) => {
    const network = networkOf(definition, chosen?.node.confDir)
    return network ? [{ name: `definition ${definitionName(definition)}`, network }] : []
  })
  return [
    ...(chosen ? networksOfNode(chosen, definitions) : []),
    ...attached.map(({ name, network }) => ({ name: `network ${name}`, network })),
    ...defined,
  ]
}

function networksOfNode({ node }: ChosenNodeConfig, definitions: readonly Definition[]): readonly NamedNetwork[] {
  const knowledge = { ...NO_KNOWLEDGE, definitions }
  try {
    const found = nodeNetworks({ node, knowledge, files: hostFiles, passedOver: () => undefined })
    return found.map(({ name, network }) => ({ name: `network ${name}`, network }))
  } catch (fault) {
    if (fault instanceof CniError) return []
    throw fault
  }
}

// Undefined where it has none that is valid.
function networkOf({ name, config }: Definition, confDir: string | undefined): NetworkList | undefined {
  try {
    if (config.trim() === '')
      return confDir === undefined ? undefined : networkFileNamed(hostFiles, confDir, name, () => undefined)?.list
    const object = parseJsonObject(config, name)
    return networkList({ ...object, name: object['name'] || name }, name)
  } catch (fault) {
    if (fault instanceof CniError) return undefined
    throw fault
  }
}

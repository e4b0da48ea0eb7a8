import { CniError, CODE, type InterfaceName, interfaceName } from '../cni/index.ts'

/** An attachment that is to be named: what it asks for, and how its user knows its network. */
export type NameRequest = { readonly network: string; readonly asked?: InterfaceName | undefined }

// It is in every sandbox before the first plugin runs.
const LOOPBACK = 'lo'

/**
 * The interface names of a pod's attachments, in their order: the runtime's for the first, the default network;
 * then the one asked for, or else `net1`, `net2`, … by position.
 * @throws CniError 114 for a name that two attachments would have (4.1.2.1.5), or that is taken already.
 */
export function interfaceNames(first: InterfaceName, requests: readonly NameRequest[]): readonly InterfaceName[] {
  const owners = new Map<string, string>([[LOOPBACK, 'the loopback interface']])
  return requests.map(({ network, asked }, index) => {
    const name = index === 0 ? first : (asked ?? interfaceName(`net${index}`, network))
    const owner = owners.get(name)
    if (owner !== undefined) {
      const how = asked === undefined ? `it gets interface ${name} by its position` : `it asks for interface ${name}`
      throw new CniError(CODE.interfaceTaken, `${how}, which is taken by ${owner}; ask for another name`).within({
        network,
      })
    }
    owners.set(name, `network ${network}`)
    return name
  })
}

import { CniError, CODE, type InterfaceName, interfaceName } from '../cni/index.ts'

/** An attachment that is to be named: how its user knows its network, what it asks for, whether it makes an interface. */
export type NameRequest = {
  readonly network: string
  readonly asked: InterfaceName | undefined
  /** It changes an interface of a network before it: the one asked for, or else the default network's. */
  readonly rides: boolean
}

// It is in every sandbox before the first plugin runs.
const LOOPBACK = 'lo'

/**
 * The interface names of a pod's attachments, in their order: the runtime's for the first, the default network;
 * then the one asked for, or else `net1`, `net2`, … by position.
 * @throws CniError 114 for a name that two attachments would make (4.1.2.1.5), or that is taken already, and for one
 * that is to be changed but that nothing before makes.
 */
export function interfaceNames(first: InterfaceName, requests: readonly NameRequest[]): readonly InterfaceName[] {
  const owners = new Map<string, string>([[LOOPBACK, 'the loopback interface']])
  return requests.map((request, index) => {
    if (request.rides && index > 0) return ridden(first, request, owners)
    const { network, asked } = request
    const name = index === 0 ? first : (asked ?? interfaceName(`net${index}`, network))
    const owner = owners.get(name)
    if (owner !== undefined) throw taken(request, name, owner)
    owners.set(name, `network ${network}`)
    return name
  })
}

function ridden(
  first: InterfaceName,
  { network, asked }: NameRequest,
  owners: ReadonlyMap<string, string>,
): InterfaceName {
  const name = asked ?? first
  if (owners.has(name)) return name
  const fault = `it is to change interface ${name}, but no network before it makes that`
  throw new CniError(CODE.interfaceTaken, `${fault}; there are ${[...owners.keys()].join(', ')}`).within({ network })
}

function taken({ network, asked }: NameRequest, name: string, owner: string): CniError {
  const how = asked === undefined ? `it gets interface ${name} by its position` : `it asks for interface ${name}`
  return new CniError(CODE.interfaceTaken, `${how}, which is taken by ${owner}; ask for another name`).within({
    network,
  })
}

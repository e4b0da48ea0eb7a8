import { type Cidr, isJsonObject, type JsonObject, type NetworkList } from '../cni/index.ts'
import { type Finding, findingsOf, type Subject } from './finding.ts'
import { givenSubnets } from './ipam-check.ts'
import { pluginPath } from './network-check.ts'
import { below, warning } from './remark.ts'
import { networkBits } from './subnet.ts'

/** A network that was checked, and where it is written. */
export type PlacedNetwork = {
  /** As people know it: `definition default/lan`. */
  readonly name: string
  readonly list: NetworkList
  readonly config: JsonObject
  readonly subject: Subject
}

type Given = {
  readonly by: PlacedNetwork
  readonly path: string
  readonly subnet: Cidr
  readonly pool: string
  /** The subnet's own bits: those of a subnet inside another begin with the other's. */
  readonly bits: string
}

/** Subnets that two networks give out addresses of, each without knowing of the other; said of the later one. */
export function overlaps(networks: readonly PlacedNetwork[]): readonly Finding[] {
  const given = networks.flatMap(givenBy)
  return [...overlapping(given)].flatMap(([later, earlier]) => {
    const message = `${cidrText(later.subnet)} overlaps ${cidrText(earlier.subnet)} of ${earlier.by.name}: both may give out the same address`
    return findingsOf(later.by.subject, [warning('subnet-overlap', later.path, message)])
  })
}

// Of a cluster's thousands of networks each is compared with those around it alone.
function overlapping(given: readonly Given[]): ReadonlyMap<Given, Given> {
  const found = new Map<Given, Given>()
  const around: Given[] = []
  for (const one of [...given].sort((a, b) => (a.bits < b.bits ? -1 : Number(a.bits > b.bits)))) {
    while (around.length > 0 && !one.bits.startsWith(around.at(-1)?.bits ?? '')) around.pop()
    const other = around.find(({ by, pool }) => by !== one.by && pool !== one.pool)
    around.push(one)
    if (!other) continue
    const [earlier, later] = given.indexOf(one) < given.indexOf(other) ? [one, other] : [other, one]
    if (!found.has(later)) found.set(later, earlier)
  }
  return found
}

// Whoever uses the same pool sees what the other has given out: host-local's is the network's name.
function givenBy(by: PlacedNetwork): readonly Given[] {
  return by.list.plugins.flatMap((plugin, index) => {
    const { ipam } = plugin
    const type = isJsonObject(ipam) ? String(ipam['type']) : ''
    if (type === 'static') return []
    const pool = type === 'host-local' ? `host-local ${by.list.name}` : type
    return givenSubnets(plugin).map(({ path, subnet }) => {
      const [at] = below(pluginPath(by.config, index), [warning('subnet-overlap', path, '')])
      return { by, path: at?.path ?? path, subnet, pool, bits: networkBits(subnet) }
    })
  })
}

function cidrText({ address, prefix }: Cidr): string {
  return `${address}/${prefix}`
}

import { type Cidr, isJsonObject, type JsonObject, type NetworkList } from '../cni/index.ts'
import { type Finding, findingsOf, type Subject } from './finding.ts'
import { givenSubnets } from './ipam-check.ts'
import { pluginPath } from './network-check.ts'
import { below, warning } from './remark.ts'
import { overlap } from './subnet.ts'

/** A network that was checked, and where it is written. */
export type PlacedNetwork = {
  /** As people know it: `definition default/lan`. */
  readonly name: string
  readonly list: NetworkList
  readonly config: JsonObject
  readonly subject: Subject
}

type Given = { readonly by: PlacedNetwork; readonly path: string; readonly subnet: Cidr; readonly pool: string }

/** Subnets that two networks give out addresses of, each without knowing of the other; said of the later one. */
export function overlaps(networks: readonly PlacedNetwork[]): readonly Finding[] {
  const given = networks.flatMap(givenBy)
  return given.flatMap((one, index) => {
    const before = given
      .slice(0, index)
      .find((other) => other.by !== one.by && other.pool !== one.pool && overlap(other.subnet, one.subnet))
    if (!before) return []
    const message = `${cidrText(one.subnet)} overlaps ${cidrText(before.subnet)} of ${before.by.name}: both may give out the same address`
    return findingsOf(one.by.subject, [warning('subnet-overlap', one.path, message)])
  })
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
      return { by, path: at?.path ?? path, subnet, pool }
    })
  })
}

function cidrText({ address, prefix }: Cidr): string {
  return `${address}/${prefix}`
}

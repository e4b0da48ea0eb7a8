import { CniError, CODE, declaresCapability, type JsonObject, type NetworkList } from '../cni/index.ts'
import type { Selection } from './selection.ts'

/** What a selection asks of its network's plugins, by the names of the capabilities (4.1.2.1.3 to 10). */
export function capabilityArgs(selection: Selection): JsonObject {
  const { deviceID } = selection
  return { ...checkedArgs(selection), ...(deviceID === undefined ? {} : { deviceID }) }
}

/**
 * Refuses a selection that asks for what no plugin of its network declares to be capable of (4.1.2.1.3 to 10). A
 * device id is not asked for that way: plugins find it in their configuration.
 * @throws CniError 113 that names the capability, and the plugins it may be declared for.
 */
export function requireCapabilities(network: NetworkList, selection: Selection): void {
  const missing = Object.keys(checkedArgs(selection)).filter(
    (capability) => !network.plugins.some((plugin) => declaresCapability(plugin, capability)),
  )
  if (missing.length === 0) return
  const asked = missing.map((capability) => `"${capability}"`).join(' and ')
  const [is, what] = missing.length === 1 ? ['is', 'the capability'] : ['are', 'the capabilities']
  const declaration = missing.map((capability) => `"${capability}": true`).join(', ')
  const types = network.plugins.map(({ type }) => type).join(' or ')
  throw new CniError(
    CODE.capabilityMissing,
    `${asked} ${is} asked for, but no plugin of the network declares ${what}; add "capabilities": {${declaration}} to ${types}`,
  )
}

function checkedArgs({ ips, mac, infinibandGuid, portMappings, bandwidth }: Selection): JsonObject {
  return {
    ...(ips === undefined ? {} : { ips }),
    ...(mac === undefined ? {} : { mac }),
    ...(infinibandGuid === undefined ? {} : { infinibandGUID: infinibandGuid }),
    ...(portMappings === undefined ? {} : { portMappings }),
    ...(bandwidth === undefined ? {} : { bandwidth }),
  }
}

import {
  canonicalAddress,
  canonicalCidr,
  type InterfaceName,
  interfaceNameFault,
  isJsonObject,
  type JsonObject,
  type Problem,
} from '../cni/index.ts'
import { labelFault } from './definition.ts'
import type { selectionElementSchema } from './schemas.ts'
import type { PortMapping, Selection } from './selection.ts'
import { bandwidthProblems, withBursts } from './selection-bandwidth.ts'
import type { Written } from './written-object.ts'

/** A network selection element whose shape is its schema's. */
export type WrittenElement = Written<(typeof selectionElementSchema)['properties']>

type WrittenPortMapping = NonNullable<WrittenElement['portMappings']>[number]

const MAC = /^(?:[\da-f]{2}(?<separator>[:-])(?:[\da-f]{2}\k<separator>){4}[\da-f]{2}|(?:[\da-f]{4}\.){2}[\da-f]{4})$/i
const GUID = /^(?:[\da-f]{2}(?<separator>[:-])(?:[\da-f]{2}\k<separator>){6}[\da-f]{2}|(?:[\da-f]{4}\.){3}[\da-f]{4})$/i
const PROTOCOL = /^(tcp|udp|sctp)$/i
const DEFAULT_PROTOCOL = 'TCP'

/** What is wrong with the values of an element (4.1.2.1). */
export function valueProblems(element: WrittenElement): readonly Problem[] {
  const { namespace, name = '', mac, ips = [], 'infiniband-guid': guid } = element
  const asked = element.interface ?? element.interfaceRequest
  return [
    ...faulty('name', name, labelFault),
    ...faulty('namespace', namespace, labelFault),
    ...faulty(element.interface === undefined ? 'interfaceRequest' : 'interface', asked, interfaceNameFault),
    ...ips.flatMap((ip, index) => faulty(`ips[${index}]`, ip, ipFault)),
    ...faulty('mac', mac, (text) => (MAC.test(text) ? undefined : 'is not a MAC address of 6 bytes')),
    ...faulty('infiniband-guid', guid, (text) => (GUID.test(text) ? undefined : 'is not a GUID of 8 bytes')),
    ...portMappingProblems(element.portMappings ?? []),
    ...bandwidthProblems(element.bandwidth ?? {}),
    ...gatewayProblems(element['default-route'] ?? []),
    ...claimProblems(element),
  ]
}

/** The selection an element stands for; `source` is the element as it was written, its numbers exact. */
export function toSelection(element: WrittenElement, source: JsonObject, defaultNamespace: string): Selection {
  const { name = '', namespace = defaultNamespace, ips, mac, deviceID, portMappings = [], bandwidth = {} } = element
  const { 'infiniband-guid': infinibandGuid, 'default-route': defaultRoute } = element
  const { 'ipam-claim-reference': ipamClaimReference } = element
  const asked = (element.interface ?? element.interfaceRequest) as InterfaceName | undefined
  const cniArgs = source['cni-args']
  return {
    namespace,
    name,
    ...(asked === undefined ? {} : { interface: asked }),
    ...(ips === undefined ? {} : { ips }),
    ...(mac === undefined ? {} : { mac }),
    ...(infinibandGuid === undefined ? {} : { infinibandGuid }),
    ...(isJsonObject(cniArgs) ? { cniArgs } : {}),
    ...(portMappings.length === 0 ? {} : { portMappings: portMappings.map(toPortMapping) }),
    ...(Object.keys(bandwidth).length === 0 ? {} : { bandwidth: withBursts(bandwidth) }),
    ...(defaultRoute === undefined ? {} : { defaultRoute }),
    ...(deviceID === undefined ? {} : { deviceID }),
    ...(ipamClaimReference === undefined ? {} : { ipamClaimReference }),
  }
}

function faulty(
  path: string,
  text: string | undefined,
  faultOf: (text: string) => string | undefined,
): readonly Problem[] {
  const fault = text === undefined ? undefined : faultOf(text)
  return fault === undefined ? [] : [{ path, message: `${JSON.stringify(text)} ${fault}` }]
}

function ipFault(text: string): string | undefined {
  if (canonicalAddress(text) ?? canonicalCidr(text)) return undefined
  return 'is neither an IP address nor an address with a prefix length'
}

function addressFault(text: string): string | undefined {
  return canonicalAddress(text) ? undefined : 'is not an IP address'
}

function portMappingProblems(mappings: readonly WrittenPortMapping[]): readonly Problem[] {
  return mappings.flatMap(({ protocol, hostIP }, index) => [
    ...faulty(`portMappings[${index}].protocol`, protocol, (text) =>
      PROTOCOL.test(text) ? undefined : 'is none of TCP, UDP, SCTP',
    ),
    ...faulty(`portMappings[${index}].hostIP`, hostIP, addressFault),
  ])
}

function gatewayProblems(gateways: readonly string[]): readonly Problem[] {
  const families = gateways.map((gateway) => canonicalAddress(gateway)?.family)
  return gateways.flatMap((gateway, index) => {
    const path = `default-route[${index}]`
    const family = families[index]
    if (family === undefined) return faulty(path, gateway, addressFault)
    if (families.indexOf(family) === index) return []
    return [
      { path, message: `${JSON.stringify(gateway)} is a second IPv${family} gateway; one of a family is allowed` },
    ]
  })
}

// 4.1.2.1.11
function claimProblems({ ips, 'ipam-claim-reference': claim }: WrittenElement): readonly Problem[] {
  if (ips === undefined || claim === undefined) return []
  return [
    { path: 'ipam-claim-reference', message: 'cannot be combined with ips: the claim says which addresses they are' },
  ]
}

// Its protocol stays in the case it was written in: plugins fold it themselves.
function toPortMapping({ hostPort, containerPort, protocol, hostIP }: WrittenPortMapping): PortMapping {
  return {
    hostPort,
    containerPort,
    protocol: protocol ?? DEFAULT_PROTOCOL,
    ...(hostIP === undefined ? {} : { hostIP }),
  }
}

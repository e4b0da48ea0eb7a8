// The keys that the reference plugins read (containernetworking/plugins 1.7), and the types Go decodes them to. Shapes
// only: what a value means is judged by the file that reads it.

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const integer = { type: 'integer' } as const
const count = { type: 'integer', minimum: 0 } as const
const textList = { type: 'array', items: text } as const
const object = { type: 'object' } as const

const route = {
  type: 'object',
  required: ['dst'],
  properties: { dst: text, gw: text, mtu: count, advmss: count, priority: integer, table: count, scope: count },
} as const
const routes = { type: 'array', items: route } as const
const dns = {
  type: 'object',
  properties: { nameservers: textList, domain: text, search: textList, options: textList },
} as const
const range = { subnet: text, rangeStart: text, rangeEnd: text, gateway: text } as const

// What every plugin's configuration may have (SPEC 1.1.0, section 1), and what Plexus hands to plugins that take a device.
const common = {
  type: text,
  name: text,
  cniVersion: text,
  cniVersions: textList,
  capabilities: { type: 'object', additionalProperties: flag },
  args: object,
  ipam: object,
  dns,
  prevResult: object,
  runtimeConfig: object,
  disableCheck: {},
  disableGC: {},
  loadOnlyInlinedPlugins: {},
  deviceID: text,
  pciBusID: text,
} as const

const vlanId = { type: 'integer', minimum: 0, maximum: 4094 } as const
const ipMasq = { ipMasq: flag, ipMasqBackend: { enum: ['iptables', 'nftables'] } } as const

/** A network configuration list's own keys (SPEC 1.1.0, section 1). */
export const listSchema = {
  type: 'object',
  properties: {
    name: text,
    cniVersion: text,
    cniVersions: textList,
    disableCheck: {},
    disableGC: {},
    loadOnlyInlinedPlugins: {},
    plugins: { type: 'array' },
  },
} as const

/** The plugin bridge (plugins/main/bridge). */
export const bridgeSchema = {
  type: 'object',
  properties: {
    ...common,
    ...ipMasq,
    bridge: text,
    isGateway: flag,
    isDefaultGateway: flag,
    forceAddress: flag,
    mtu: count,
    hairpinMode: flag,
    promiscMode: flag,
    vlan: vlanId,
    vlanTrunk: {
      type: 'array',
      items: { type: 'object', properties: { minID: vlanId, maxID: vlanId, id: vlanId } },
    },
    preserveDefaultVlan: flag,
    macspoofchk: flag,
    enabledad: flag,
    disableContainerInterface: flag,
    portIsolation: flag,
  },
} as const

/** The plugin macvlan (plugins/main/macvlan). */
export const macvlanSchema = {
  type: 'object',
  properties: {
    ...common,
    master: text,
    mode: { enum: ['bridge', 'private', 'vepa', 'passthru'] },
    mtu: count,
    mac: text,
    linkInContainer: flag,
    bcqueuelen: count,
  },
} as const

/** The plugin ipvlan (plugins/main/ipvlan). */
export const ipvlanSchema = {
  type: 'object',
  properties: { ...common, master: text, mode: { enum: ['l2', 'l3', 'l3s'] }, mtu: count, linkInContainer: flag },
} as const

/** The plugin ptp (plugins/main/ptp). */
export const ptpSchema = { type: 'object', properties: { ...common, ...ipMasq, mtu: count } } as const

/** The plugin host-device (plugins/main/host-device). */
export const hostDeviceSchema = {
  type: 'object',
  properties: { ...common, device: text, hwaddr: text, dpdkMode: flag, kernelpath: text },
} as const

/** The plugin vlan (plugins/main/vlan). */
export const vlanSchema = {
  type: 'object',
  required: ['master', 'vlanId'],
  properties: { ...common, master: text, vlanId, mtu: count, linkInContainer: flag },
} as const

/** The plugin vrf (plugins/meta/vrf). */
export const vrfSchema = {
  type: 'object',
  required: ['vrfname'],
  properties: { ...common, vrfname: text, table: count },
} as const

/** The plugin tuning (plugins/meta/tuning). */
export const tuningSchema = {
  type: 'object',
  properties: {
    ...common,
    dataDir: text,
    sysctl: { type: 'object', additionalProperties: text },
    mac: text,
    promisc: flag,
    mtu: count,
    allmulti: flag,
    txQLen: count,
  },
} as const

/** The plugin portmap (plugins/meta/portmap). */
export const portmapSchema = {
  type: 'object',
  properties: {
    ...common,
    backend: { enum: ['iptables', 'nftables'] },
    snat: flag,
    masqAll: flag,
    markMasqBit: { type: 'integer', minimum: 0, maximum: 31 },
    externalSetMarkChain: text,
    conditionsV4: textList,
    conditionsV6: textList,
  },
} as const

/** The plugin bandwidth (plugins/meta/bandwidth). */
export const bandwidthSchema = {
  type: 'object',
  properties: {
    ...common,
    ingressRate: count,
    ingressBurst: count,
    egressRate: count,
    egressBurst: count,
    unshapedSubnets: textList,
    shapedSubnets: textList,
  },
} as const

/** The plugin sbr (plugins/meta/sbr). */
export const sbrSchema = { type: 'object', properties: { ...common, table: count, addSourceHints: flag } } as const

/** The plugin firewall (plugins/meta/firewall). */
export const firewallSchema = {
  type: 'object',
  properties: {
    ...common,
    backend: { enum: ['iptables', 'firewalld'] },
    iptablesAdminChainName: text,
    firewalldZone: text,
    ingressPolicy: { enum: ['open', 'same-bridge', 'isolated'] },
  },
} as const

/** The plugin loopback (plugins/main/loopback). */
export const loopbackSchema = { type: 'object', properties: common } as const

/** The plugin dummy (plugins/main/dummy). */
export const dummySchema = { type: 'object', properties: common } as const

/** The `ipam` of host-local (plugins/ipam/host-local). */
export const hostLocalSchema = {
  type: 'object',
  properties: {
    ...range,
    type: text,
    name: text,
    routes,
    dataDir: text,
    resolvConf: text,
    ranges: { type: 'array', items: { type: 'array', items: { type: 'object', properties: range } } },
  },
} as const

/** The `ipam` of static (plugins/ipam/static). */
export const staticSchema = {
  type: 'object',
  properties: {
    type: text,
    name: text,
    routes,
    dns,
    addresses: {
      type: 'array',
      items: { type: 'object', required: ['address'], properties: { address: text, gateway: text } },
    },
  },
} as const

/** The `ipam` of dhcp (plugins/ipam/dhcp). */
export const dhcpSchema = {
  type: 'object',
  properties: {
    type: text,
    name: text,
    daemonSocketPath: text,
    priority: integer,
    request: { type: 'array', items: { type: 'object', properties: { option: text, skipDefault: flag } } },
    provide: {
      type: 'array',
      items: { type: 'object', required: ['option'], properties: { option: text, value: text, fromArg: text } },
    },
  },
} as const

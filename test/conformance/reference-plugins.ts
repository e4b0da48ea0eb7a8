import type { Kind } from '../../conformance/kind.ts'

/** A reference plugin, and the network it is run in. */
export type ReferencePlugin = {
  /** Its name in the tables: that of the plugin, and what is special of the network. */
  readonly name: string
  readonly plugin: string
  readonly kind?: Kind
  readonly plugins: readonly Readonly<Record<string, unknown>>[]
  readonly capabilityArgs?: Readonly<Record<string, unknown>>
  /** Whether only the user-mode kernel has the kind of interface it makes. */
  readonly kernel?: 'uml'
}

const hostLocal = (net: number, keys: object = {}): object => ({
  type: 'host-local',
  subnet: `10.${net}.0.0/24`,
  ...keys,
})
const DEFAULT_ROUTE = { routes: [{ dst: '0.0.0.0/0' }] }
const bridge = (net: number, keys: object = {}): Readonly<Record<string, unknown>> => ({
  type: 'bridge',
  bridge: `br${net}`,
  ipam: hostLocal(net, DEFAULT_ROUTE),
  ...keys,
})

const PORTS = [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }]
const RATES = { ingressRate: 8_000_000, ingressBurst: 800_000, egressRate: 8_000_000, egressBurst: 800_000 }

/** The reference plugins of Debian's containernetworking-plugins that the suite is run on, each as it is used. */
export const REFERENCE_PLUGINS: readonly ReferencePlugin[] = [
  {
    name: 'bridge',
    plugin: 'bridge',
    plugins: [
      bridge(1, {
        isGateway: true,
        ipMasq: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: '10.1.0.0/24' }], [{ subnet: 'fd00:1::/64' }]],
          ...DEFAULT_ROUTE,
        },
      }),
    ],
  },
  {
    name: 'bridge, without a gateway',
    plugin: 'bridge',
    plugins: [bridge(2, { mtu: 1400, capabilities: { mac: true, ips: true }, ipam: hostLocal(2) })],
  },
  {
    name: 'macvlan',
    plugin: 'macvlan',
    plugins: [{ type: 'macvlan', master: 'up0', mtu: 1400, capabilities: { mac: true }, ipam: hostLocal(3) }],
  },
  {
    name: 'ptp',
    plugin: 'ptp',
    plugins: [{ type: 'ptp', ipMasq: true, mtu: 1400, ipam: hostLocal(4, DEFAULT_ROUTE) }],
  },
  {
    name: 'host-device',
    plugin: 'host-device',
    plugins: [{ type: 'host-device', device: 'dev0', ipam: hostLocal(5) }],
  },
  { name: 'loopback', plugin: 'loopback', plugins: [{ type: 'loopback' }] },
  {
    name: 'tuning',
    plugin: 'tuning',
    plugins: [
      bridge(6, { isGateway: true }),
      { type: 'tuning', sysctl: { 'net.core.somaxconn': '500' }, mtu: 1400, capabilities: { mac: true } },
    ],
  },
  {
    name: 'portmap',
    plugin: 'portmap',
    plugins: [bridge(7, { isGateway: true }), { type: 'portmap', capabilities: { portMappings: true } }],
    capabilityArgs: { portMappings: PORTS },
  },
  {
    name: 'bandwidth',
    plugin: 'bandwidth',
    plugins: [bridge(8, { isGateway: true }), { type: 'bandwidth', capabilities: { bandwidth: true } }],
    capabilityArgs: { bandwidth: RATES },
  },
  { name: 'firewall', plugin: 'firewall', plugins: [bridge(9, { isGateway: true }), { type: 'firewall' }] },
  { name: 'sbr', plugin: 'sbr', plugins: [bridge(10, { isGateway: true }), { type: 'sbr' }] },
  { name: 'host-local', plugin: 'host-local', plugins: [bridge(11, { capabilities: { ips: true } })] },
  {
    name: 'static',
    plugin: 'static',
    plugins: [bridge(12, { ipam: { type: 'static', addresses: [{ address: '10.12.0.5/24', gateway: '10.12.0.1' }] } })],
  },
  {
    name: 'ipvlan',
    plugin: 'ipvlan',
    plugins: [{ type: 'ipvlan', master: 'up0', ipam: hostLocal(13) }],
    kernel: 'uml',
  },
  {
    name: 'vlan',
    plugin: 'vlan',
    plugins: [{ type: 'vlan', master: 'up0', vlanId: 5, ipam: hostLocal(14) }],
    kernel: 'uml',
  },
  {
    name: 'vrf',
    plugin: 'vrf',
    plugins: [bridge(15, { isGateway: true }), { type: 'vrf', vrfname: 'blue' }],
    kernel: 'uml',
  },
]

/** An IPAM plugin whose daemon does not run, so that it can do nothing but say so: it is in no table. */
export const DHCP_WITHOUT_DAEMON: ReferencePlugin = {
  name: 'dhcp, without its daemon',
  plugin: 'dhcp',
  plugins: [bridge(16, { ipam: { type: 'dhcp' } })],
}

/** The network configuration list of a reference plugin. */
export function listOf({ plugins }: ReferencePlugin): object {
  return { cniVersion: '1.0.0', name: 'conformance', plugins }
}

/** The arguments of `plexus conformance` that go with a reference plugin. */
export function argumentsOf({ plugin, kind, capabilityArgs, kernel }: ReferencePlugin): readonly string[] {
  return [
    '--plugin',
    plugin,
    ...(kind === undefined ? [] : ['--kind', kind]),
    ...(capabilityArgs === undefined ? [] : ['--capability-args', JSON.stringify(capabilityArgs)]),
    // A case takes seconds in the user-mode kernel.
    ...(kernel === undefined ? [] : ['--kernel', kernel, '--cni-version', '1.0.0']),
  ]
}

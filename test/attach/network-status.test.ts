import { type NetworkStatus, networkStatus } from '../../src/attach/index.ts'
import type { Result } from '../../src/cni/index.ts'
import { assert, test } from '../harness.ts'

const SANDBOX = '/run/netns/a'
const eth0 = { name: 'eth0', mac: '02:00:00:00:00:01', sandbox: SANDBOX }
const veth = { name: 'veth0', mac: '02:00:00:00:00:ff' }
const DEFAULT = { dst: '0.0.0.0/0', gw: '10.1.0.1' }

function statusOf(result: object, over: object = {}): readonly NetworkStatus[] {
  const added = { cniVersion: '1.1.0', ...result } as Result
  return networkStatus({ name: 'default/lan', isDefault: false, ifName: 'net1', added, ...over })
}

const ROWS: readonly (readonly [title: string, result: object, status: readonly object[], over?: object])[] = [
  [
    '5.3: an interface with its addresses, MAC and MTU; addresses without prefix length, as Multus writes them',
    {
      interfaces: [{ name: 'br0' }, veth, { ...eth0, mtu: 1400 }],
      ips: [
        { address: '10.1.0.2/16', gateway: '10.1.0.1', interface: 2 },
        { address: '2001:db8::2/64', interface: 2 },
      ],
    },
    [
      {
        name: 'default/lan',
        interface: 'eth0',
        ips: ['10.1.0.2', '2001:db8::2'],
        mac: '02:00:00:00:00:01',
        mtu: 1400,
        dns: {},
      },
    ],
  ],
  [
    '5.2: the default network says so, and any other leaves the key out',
    { interfaces: [eth0] },
    [{ name: 'default/lan', interface: 'eth0', mac: '02:00:00:00:00:01', default: true, dns: {} }],
    { isDefault: true },
  ],
  [
    '5.3.6: name resolution as the plugin asks for it',
    { interfaces: [{ name: 'a', sandbox: SANDBOX }], dns: { nameservers: ['10.1.0.53'], search: ['x.test'] } },
    [{ name: 'default/lan', interface: 'a', dns: { nameservers: ['10.1.0.53'], search: ['x.test'] } }],
  ],
  [
    '5.3.6.4: the gateways of default routes, under both keys; a route without gateway is none, and never "<nil>"',
    {
      interfaces: [{ name: 'a', sandbox: SANDBOX }],
      routes: [
        DEFAULT,
        { dst: '0.0.0.0/0' },
        { dst: '::/0', gw: '2001:db8::1' },
        { dst: '10.9.0.0/16', gw: '10.1.0.9' },
      ],
    },
    [
      {
        name: 'default/lan',
        interface: 'a',
        dns: {},
        gateway: ['10.1.0.1', '2001:db8::1'],
        'default-route': ['10.1.0.1', '2001:db8::1'],
      },
    ],
  ],
  [
    '5.3.7: what is known of its device',
    { interfaces: [{ name: 'a', sandbox: SANDBOX }] },
    [{ name: 'default/lan', interface: 'a', dns: {}, 'device-info': { type: 'pci', version: '1.1.0' } }],
    { deviceInfo: { type: 'pci', version: '1.1.0' } },
  ],
  [
    'of several interfaces in the sandbox each has its entry, with its own addresses',
    {
      interfaces: [veth, { name: 'a', sandbox: SANDBOX }, { name: 'b', sandbox: SANDBOX }],
      ips: [
        { address: '10.1.0.2/16', interface: 2 },
        { address: '10.2.0.2/16', interface: 1 },
      ],
    },
    [
      { name: 'default/lan', interface: 'a', ips: ['10.2.0.2'], dns: {} },
      { name: 'default/lan', interface: 'b', ips: ['10.1.0.2'], dns: {} },
    ],
  ],
  [
    '5.3.5: of several interfaces of the default network the one with a gateway is it, and no other',
    {
      interfaces: [
        { name: 'a', sandbox: SANDBOX },
        { name: 'b', sandbox: SANDBOX },
        { name: 'c', sandbox: SANDBOX },
      ],
      ips: [
        { address: '10.1.0.2/16', gateway: '10.1.0.1', interface: 1 },
        { address: '10.2.0.2/16', gateway: '10.2.0.1', interface: 2 },
      ],
    },
    [
      { name: 'default/lan', interface: 'a', dns: {} },
      { name: 'default/lan', interface: 'b', ips: ['10.1.0.2'], default: true, dns: {} },
      { name: 'default/lan', interface: 'c', ips: ['10.2.0.2'], dns: {} },
    ],
    { isDefault: true },
  ],
  [
    'of several interfaces without a gateway the first is the default one',
    {
      interfaces: [
        { name: 'a', sandbox: SANDBOX },
        { name: 'b', sandbox: SANDBOX },
      ],
    },
    [
      { name: 'default/lan', interface: 'a', default: true, dns: {} },
      { name: 'default/lan', interface: 'b', dns: {} },
    ],
    { isDefault: true },
  ],
  [
    "addresses that name no interface are the last one's",
    {
      interfaces: [
        { name: 'a', sandbox: SANDBOX },
        { name: 'b', sandbox: SANDBOX },
      ],
      ips: [{ address: '10.1.0.2/32' }],
    },
    [
      { name: 'default/lan', interface: 'a', dns: {} },
      { name: 'default/lan', interface: 'b', ips: ['10.1.0.2'], dns: {} },
    ],
  ],
  [
    "addresses of an interface outside the sandbox are nobody's",
    { interfaces: [veth, { name: 'a', sandbox: SANDBOX }], ips: [{ address: '10.1.0.1/16', interface: 0 }] },
    [{ name: 'default/lan', interface: 'a', dns: {} }],
  ],
  [
    'a result without interfaces, as before CNI 0.3.0, has its addresses on the interface it was asked for',
    { ips: [{ address: '10.1.0.2/16' }] },
    [{ name: 'default/lan', interface: 'net1', ips: ['10.1.0.2'], dns: {} }],
  ],
  ['5.1.1: a network without a result has its name', {}, [{ name: 'default/lan', dns: {} }]],
  [
    '5.1.1: and a default network says what it is',
    {},
    [{ name: 'default/lan', default: true, dns: {} }],
    { isDefault: true },
  ],
  [
    '5.1.1: interfaces outside the sandbox alone are no result',
    { interfaces: [veth] },
    [{ name: 'default/lan', dns: {} }],
  ],
]

for (const [title, result, status, over] of ROWS)
  test(`E1: ${title}`, () => {
    assert.equal(statusOf(result, over), status)
  })

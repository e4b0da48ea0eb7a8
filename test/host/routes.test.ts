import { execFileSync } from 'node:child_process'
import type { RouteChange } from '../../src/attach/index.ts'
import { CniError } from '../../src/cni/index.ts'
import { hostRoutes } from '../../src/host/index.ts'
import { assert, test } from '../harness.ts'

const { read, apply } = hostRoutes()
const NETNS = '/run/netns/pod'
const ETH0 = { family: 4, dev: 'eth0', gateway: '10.0.0.1' } as const
const ETH0_V6 = { family: 6, dev: 'eth0', gateway: 'fd00::1' } as const
const NET1 = { family: 4, dev: 'net1', gateway: '10.0.1.1' } as const
const NET1_V6 = { family: 6, dev: 'net1', gateway: 'fd01::1' } as const

test('C13: the default routes of both families are read from the main table alone', () =>
  inPod(async () => {
    assert.equal(await read(NETNS), [])
    ip('route add default via 10.0.0.1 dev eth0 metric 5')
    ip('route add default dev net1 metric 7')
    ip('route add default metric 9 nexthop via 10.0.0.1 dev eth0 nexthop via 10.0.1.1 dev net1')
    ip('route add unreachable default metric 99')
    ip('route add default via 10.0.0.7 dev eth0 table 100')
    ip('route add 10.9.0.0/16 via 10.0.0.1 dev eth0')
    ip('-4 route add default via inet6 fd01::1 dev net1 metric 11')
    ip('-6 route add default via fd00::1 dev eth0')
    assert.equal(await read(NETNS), [
      ETH0,
      { family: 4, dev: 'net1' },
      ETH0,
      NET1,
      { family: 4, dev: 'net1', gateway: 'fd01::1' },
      ETH0_V6,
    ])
  }))

test('C13: a gateway of one family takes the place of all of that family, and the other is not touched', () =>
  inPod(async () => {
    ip('route add default via 10.0.0.1 dev eth0')
    ip('route add default via 10.0.1.9 dev net1 metric 50')
    ip('route add default via 10.0.0.7 dev eth0 table 100')
    ip('-6 route add default via fd00::1 dev eth0')
    const present = await read(NETNS)
    await apply(NETNS, { remove: present.filter(({ family }) => family === 4), add: [NET1] })
    assert.equal(await read(NETNS), [NET1, ETH0_V6])
    assert.match(ip('route show table 100'), 'default via 10.0.0.7 dev eth0')
  }))

test('C13: both families change in one call, however the gateway is spelled', () =>
  inPod(async () => {
    ip('route add default via 10.0.0.1 dev eth0')
    ip('-6 route add default via fd00::1 dev eth0')
    await apply(NETNS, { remove: [ETH0, ETH0_V6], add: [NET1, { ...NET1_V6, gateway: 'FD01:0:0::1' }] })
    assert.equal(await read(NETNS), [NET1, NET1_V6])
  }))

test('C13: without gateways, the others go and what stays is not touched', () =>
  inPod(async () => {
    ip('route add default via 10.0.0.1 dev eth0')
    ip('route add default via 10.0.1.1 dev net1 proto static metric 42')
    await apply(NETNS, { remove: [ETH0], add: [] })
    assert.is(defaults(), 'default via 10.0.1.1 dev net1 proto static metric 42 \n')
  }))

test('C13: of a route with several next hops, only those that are to go do', () =>
  inPod(async () => {
    ip('route add default proto static metric 9 nexthop via 10.0.0.1 dev eth0 nexthop via 10.0.1.1 dev net1 weight 3')
    ip('-6 route add default metric 9 nexthop via fd00::1 dev eth0 nexthop via fd01::1 dev net1')
    await apply(NETNS, { remove: [ETH0, ETH0_V6], add: [] })
    assert.equal(await read(NETNS), [NET1, NET1_V6])
  }))

test('C13: no change asks nothing of the kernel', () => apply('/run/netns/missing', { remove: [], add: [] }))

const refused: Readonly<Record<string, [RouteChange['add'][number], RegExp]>> = {
  'a gateway that cannot be reached': [
    { ...NET1_V6, gateway: 'fd77::1' },
    /^default route: .*default via fd77::1 dev net1: ip -6 -batch - in \/run\/netns\/pod: .*No route to host/,
  ],
  'an interface that does not exist': [
    { ...NET1_V6, dev: 'net9' },
    /default via fd01::1 dev net9.*Cannot find device "net9"/,
  ],
}
for (const [what, [wrong, message]] of Object.entries(refused))
  test(`C13: ${what} is error 116, and every route is as it was, with all its attributes`, () =>
    inPod(async () => {
      ip('route add default via 10.0.0.1 dev eth0 src 10.0.0.2 metric 5 proto static mtu 1400 advmss 1300')
      ip('route add default via 192.168.9.9 dev net1 metric 7 onlink')
      ip('route add default dev eth0 metric 11')
      ip('route add default metric 20 nexthop via 10.0.0.1 dev eth0 weight 2 nexthop via 10.0.1.1 dev net1')
      ip('-4 route add default via inet6 fd00::1 dev eth0 metric 21')
      ip('-6 route add default via fd00::1 dev eth0 metric 10 pref high')
      ip('-6 route add default via fe80::1 dev eth0 metric 20 proto ra hoplimit 64 expires 6000')
      ip('-6 route add default metric 30 nexthop via fd00::1 dev eth0 nexthop via fd01::1 dev net1')
      const [before, beforeV6] = [defaults(), defaults('-6')]
      const fault = await faultOf(apply(NETNS, { remove: await read(NETNS), add: [NET1, wrong] }))
      assert.is(fault.code, 116)
      assert.match(fault.msg, message)
      assert.not.match(fault.msg, 'could not be restored')
      assert.is(defaults(), before)
      assert.is(defaults('-6'), beforeV6)
    }))

test('C13: what cannot be restored is said', () =>
  inPod(async () => {
    const fault = await faultOf(apply('/run/netns/missing', { remove: [], add: [NET1] }))
    assert.is(fault.code, 116)
    assert.match(fault.msg, /^ip .* in \/run\/netns\/missing: .*No such file or directory/)
  }))

async function inPod(use: () => Promise<void>): Promise<void> {
  execFileSync('ip', ['netns', 'add', 'pod'])
  try {
    ip('link add name eth0 type veth peer name net1')
    for (const [dev, network] of [
      ['eth0', 0],
      ['net1', 1],
    ]) {
      ip(`link set ${dev} up`)
      ip(`addr add 10.0.${network}.2/24 dev ${dev}`)
      ip(`addr add fd0${network}::2/64 dev ${dev} nodad`)
    }
    await use()
  } finally {
    execFileSync('ip', ['netns', 'del', 'pod'])
  }
}

function ip(words: string): string {
  return execFileSync('ip', ['-n', 'pod', ...words.split(' ')], { encoding: 'utf8' })
}

// How long a route still lasts goes on while the test runs.
function defaults(family = '-4'): string {
  return ip(`${family} route show table main default`).replace(/expires \d+sec/, 'expires soon')
}

async function faultOf(promise: Promise<unknown>): Promise<CniError> {
  try {
    await promise
  } catch (fault) {
    if (fault instanceof CniError) return fault
    throw fault
  }
  throw new Error('nothing was thrown')
}

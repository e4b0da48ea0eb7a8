import type { Ip } from '../../src/cni/index.ts'
import type { Attachment } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { standInAttachment } from '../bench/ipam.ts'
import { findings } from '../bench/judge.ts'
import { runWhere } from '../bench/machine.ts'
import { difference } from '../bench/snapshot.ts'
import { addressesOf, addressText, cidrText, linksIn, newest, ownIps, sandboxIps } from '../bench/view.ts'
import { type Case, cni, practice } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'
import { ofAdded } from './after-add.ts'

/** NET: the addresses and routes that a result tells of are really there. */
export const addressCases: readonly Case[] = [
  ofAdded(
    'NET-01',
    'Every address of the result is on its interface, with that prefix length',
    cni(
      '5 ADD Success',
      'MUST',
      'ips: IPs assigned by this attachment. Plugins may include IPs assigned external to the container.',
    ),
    ({ result, attachment: { sandbox, ifName } }) => {
      const where = { sandbox: sandbox.name }
      return sandboxIps(result, ifName).flatMap(({ ip, name }) => {
        const present = linksIn(where).some((link) => link.name === name)
          ? addressesOf(where, name).map(({ cidr }) => cidr)
          : []
        return present.includes(cidrText(ip.address))
          ? []
          : [`${name} has not ${ip.address}; it has ${present.join(', ') || 'none'}`]
      })
    },
  ),
  ofAdded(
    'NET-02',
    'The interface has no global address that the result does not tell of',
    cni('5 ADD Success', 'SHOULD', 'ips: IPs assigned by this attachment.'),
    ({ result, attachment: { sandbox, ifName } }) => {
      const told = sandboxIps(result, ifName).map(({ ip }) => cidrText(ip.address))
      return addressesOf({ sandbox: sandbox.name }, ifName)
        .filter(({ cidr }) => !told.includes(cidr))
        .map(({ cidr }) => `${ifName} has ${cidr}, which is not in the result`)
    },
  ),
  ofAdded(
    'NET-05',
    'IPv6 addresses can be used as soon as ADD has returned',
    practice('SHOULD', 'A pod binds its address as soon as ADD has returned.'),
    ({ attachment: { sandbox, ifName } }) =>
      addressesOf({ sandbox: sandbox.name }, ifName)
        .filter(({ raw }) => raw['tentative'] === true || raw['dadfailed'] === true)
        .map(({ cidr }) => `${cidr} is still tentative, or has failed its duplicate address detection`),
  ),
  {
    id: 'NET-06',
    title: 'The gateway answers where it is on this machine, and so does another container of the network',
    sentence: practice(
      'SHOULD',
      'A network is a group of entities that can communicate amongst each other (CNI 0.4.0, Overview).',
    ),
    kinds: ['main', 'meta'],
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      if (runWhere('host', 'sh', ['-c', 'command -v ping']).status !== 0)
        throw new NotRun('this machine has no ping (Debian: apt-get install iputils-ping)')
      const attachment = bench.attachment()
      const { result, run } = await attachment.added()
      const ips = ownIps(newest(result), attachment.ifName)
      if (ips.length === 0) throw new NotRun('the attachment has no address')
      const local = linksIn('host').flatMap(({ name }) =>
        addressesOf('host', name).map(({ cidr }) => cidr.split('/')[0]),
      )
      const gateways = ips.flatMap(({ gateway }) => (gateway && local.includes(addressText(gateway)) ? [gateway] : []))
      const others = await addressesOfAnother(bench)
      return findings(
        [
          ...gateways.map((to) => ['the gateway', to] as const),
          ...others.map((to) => ['another container', to] as const),
        ]
          .filter(([, to]) => !answers(attachment, to, ips))
          .map(([what, to]) => `${what}, ${to}, does not answer`),
        run,
      )
    },
  },
  {
    id: 'NET-07',
    title: 'Addresses of both families are set, and the result keeps their order',
    sentence: cni('5 ADD Success', 'SHOULD', 'ips: IPs assigned by this attachment.'),
    kinds: ['main'],
    since: '0.3.0',
    versions: 'once',
    run: async (bench) => {
      const ips = [
        { address: '2001:db8:5::5/64', gateway: '2001:db8:5::1' },
        { address: '198.51.100.5/24', gateway: '198.51.100.1' },
      ]
      const { attachment } = standInAttachment(bench, { ADD: { result: { ips } } })
      const { result, run } = await attachment.added()
      const told = (newest(result).ips ?? []).map(({ address }) => cidrText(address))
      const wanted = ips.map(({ address }) => address)
      const there = addressesOf({ sandbox: attachment.sandbox.name }, attachment.ifName).map(({ cidr }) => cidr)
      return findings(
        [
          ...(told.join() === wanted.join()
            ? []
            : [`the IPAM plugin gave ${wanted.join(', ')}, the result has ${told.join(', ') || 'none'}`]),
          ...wanted.filter((cidr) => !there.includes(cidr)).map((cidr) => `${attachment.ifName} has not ${cidr}`),
        ],
        run,
      )
    },
  },
  {
    id: 'NET-09',
    title: 'Forwarding is turned on only where the configuration asks for a gateway or for masquerading',
    sentence: practice('NOTE', 'A plugin changes of the host what its configuration asks for.'),
    kinds: ['main'],
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      const { isGateway, isDefaultGateway, ipMasq } = subjectConfig(bench.subject)
      if (isGateway || isDefaultGateway || ipMasq) throw new NotRun('its configuration asks for a gateway')
      const before = bench.snapshot()
      const { run } = await bench.attachment().added()
      const on = difference(before, bench.snapshot()).came.filter(
        (line) => /forward(ing)? = 1$/.test(line) && !/conf\/veth/.test(line),
      )
      return on.length === 0 ? [] : [{ found: 'forwarding was turned on', run, held: on }]
    },
  },
  {
    id: 'NET-10',
    title: 'Masquerading is for exactly the addresses of this container',
    sentence: cni(
      '1 Plugin configuration objects',
      'SHOULD',
      'ipMasq (boolean): If supported by the plugin, sets up an IP masquerade on the host for this network.',
    ),
    kinds: ['main'],
    versions: 'once',
    run: async (bench) => {
      if (subjectConfig(bench.subject)['ipMasq'] !== true) throw new NotRun('its configuration sets no ipMasq')
      await bench.warmUp()
      const attachment = bench.attachment()
      const before = bench.snapshot()
      const { result, run } = await attachment.added()
      const came = difference(before, bench.snapshot()).came.filter((line) => /^(ip6?tables|nft) /.test(line))
      const own = sandboxIps(newest(result), attachment.ifName).flatMap(({ ip }) => ip.address.split('/')[0] ?? [])
      return findings(
        own
          .filter(
            (address) =>
              !came.some((line) => new RegExp(`${address.replaceAll('.', '\\.')}(/(32|128))?\\b`).test(line)),
          )
          .map((address) => `no rule masquerades ${address}`),
        run,
      )
    },
  },
]

async function addressesOfAnother(bench: Bench): Promise<readonly string[]> {
  const { device } = subjectConfig(bench.subject)
  // A device can be given to one container only.
  if (typeof device === 'string') return []
  const other = bench.attachment()
  const { result } = await other.added()
  return ownIps(newest(result), other.ifName).flatMap((ip) => ip.address.split('/')[0] ?? [])
}

// A bridge or a neighbour table may want a moment: asked three times at the most.
function answers({ sandbox }: Attachment, address: string, own: readonly Ip[]): boolean {
  // Source based routing has routes for the address alone.
  const source = own
    .map((ip) => ip.address.split('/')[0] ?? '')
    .find((one) => one.includes(':') === address.includes(':'))
  const ping = (): boolean =>
    runWhere({ sandbox: sandbox.name }, 'ping', [
      '-q',
      '-c',
      '1',
      '-W',
      '1',
      ...(source ? ['-I', source] : []),
      address,
    ]).status === 0
  return [1, 2, 3].some(ping)
}

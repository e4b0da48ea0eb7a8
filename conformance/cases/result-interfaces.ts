import type { Interface, Result } from '../../src/cni/index.ts'
import { findings } from '../bench/judge.ts'
import { difference } from '../bench/snapshot.ts'
import { linkOf, linksIn, newest, ownInterface } from '../bench/view.ts'
import { type Case, cni } from '../case.ts'

/** RES-04, 05, 09, 10: the interfaces that a result lists. */
export const resultInterfaceCases: readonly Case[] = [
  {
    id: 'RES-04',
    title: 'The result names the interface CNI_IFNAME, its sandbox spelled as CNI_NETNS',
    sentence: cni(
      '5 ADD Success',
      'MUST',
      'sandbox: The isolation domain reference … this should be the value passed via CNI_NETNS. CNI_IFNAME: if the plugin is unable to use this interface name it must return an error.',
    ),
    kinds: ['main'],
    since: '0.3.0',
    versions: 'each',
    run: async (bench) => {
      const { name } = bench.sandbox()
      const path = `/run/../run/netns/${name}`
      const { result, run } = await bench.attachment({ sandbox: { name, path }, ifName: 'net7' }).added()
      if (ownInterface(newest(result), 'net7', { name, path })) return []
      return findings([`no interface of the result has the name net7 and the sandbox ${path}`], run)
    },
  },
  {
    id: 'RES-05',
    title: 'Every address points at an interface of the result, one in the sandbox',
    sentence: cni(
      '5 ADD Success',
      'MUST',
      'interface: the numeric index into the interfaces list of the interface this IP configuration should be applied to.',
    ),
    kinds: ['main', 'meta'],
    since: '0.3.0',
    versions: 'each',
    inChain: true,
    run: async (bench) => {
      const { result, run } = await bench.attachment().added()
      return findings(indexFaults(newest(result)), run)
    },
  },
  {
    id: 'RES-09',
    title: 'The MTU of the interface is reported, and true',
    sentence: cni('5 ADD Success', 'SHOULD', 'mtu: The MTU of the interface (if applicable).'),
    kinds: ['main'],
    since: '1.1.0',
    versions: 'each',
    run: async (bench) => {
      const attachment = bench.attachment()
      const { result, run } = await attachment.added()
      const told = ownInterface(newest(result), attachment.ifName, attachment.sandbox)?.mtu
      const link = linkOf(attachment)
      return told === link?.mtu
        ? []
        : findings([`the interface has an MTU of ${link?.mtu}, the result says ${told ?? 'nothing'}`], run)
    },
  },
  {
    id: 'RES-10',
    title: 'Every interface that was made is listed, those of the host with them',
    sentence: cni(
      '5 ADD Success',
      'SHOULD',
      'interfaces: An array of all interfaces created by the attachment, including any host-level interfaces.',
    ),
    kinds: ['main', 'meta'],
    since: '0.3.0',
    versions: 'each',
    inChain: true,
    run: async (bench) => {
      await bench.warmUp()
      const attachment = bench.attachment()
      await attachment.prepare()
      const names = (): readonly string[] => [
        ...linksIn('host').map(({ name }) => `${name} of the host`),
        ...linksIn({ sandbox: attachment.sandbox.name }).map(({ name }) => `${name} of the sandbox`),
      ]
      const before = names()
      const { result, run } = await attachment.added()
      const listed = (newest(result).interfaces ?? []).map(
        ({ name, sandbox }) => `${name} of the ${sandbox ? 'sandbox' : 'host'}`,
      )
      const unlisted = difference(before, names()).came.filter((name) => !listed.includes(name))
      return findings(
        unlisted.map((name) => `interface ${name} was made, and is not in the result`),
        run,
      )
    },
  },
]

function indexFaults({ ips = [], interfaces = [] }: Result): readonly string[] {
  return ips.flatMap((ip, at) => {
    if (ip.interface === undefined) return [`ips[${at}] ${ip.address} points at no interface`]
    const target: Interface | undefined = interfaces[ip.interface]
    if (target === undefined)
      return [`ips[${at}].interface is ${ip.interface}; there are ${interfaces.length} interfaces`]
    return target.sandbox ? [] : [`ips[${at}] ${ip.address} points at ${target.name}, which is not in the sandbox`]
  })
}

import { findings } from '../bench/judge.ts'
import { type Link, linkIn, linkOf, linksIn, newest } from '../bench/view.ts'
import { type Case, cni, practice } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'

/** IFC: the interface that a result tells of is really there. */
export const interfaceCases: readonly Case[] = [
  {
    id: 'IFC-01',
    title: 'The interface is in the sandbox under its name',
    sentence: cni(
      '2 ADD',
      'MUST',
      'A CNI plugin, upon receiving an ADD command, should create the interface defined by CNI_IFNAME inside the container at CNI_NETNS, or adjust its configuration.',
    ),
    kinds: ['main', 'meta'],
    versions: 'each',
    inChain: true,
    run: async (bench) => {
      const attachment = bench.attachment()
      const { run } = await attachment.added()
      return linkOf(attachment) ? [] : findings([`there is no ${attachment.ifName} in the sandbox`], run)
    },
  },
  {
    id: 'IFC-02',
    title: 'The hardware addresses are those of the result, and stay so',
    sentence: cni('5 ADD Success', 'MUST', 'mac: The hardware address of the interface (if applicable).'),
    kinds: ['main', 'meta'],
    since: '0.3.0',
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      const attachment = bench.attachment()
      const { result, run } = await attachment.added()
      const faults = (): readonly string[] =>
        (newest(result).interfaces ?? []).flatMap(({ name, mac, sandbox }) => {
          const link = linkIn(sandbox ? { sandbox: attachment.sandbox.name } : 'host', name)
          if (!mac || link === undefined || link.mac === mac.toLowerCase()) return []
          return [`${name} has ${link.mac}, the result says ${mac}`]
        })
      const atOnce = faults()
      if (atOnce.length > 0) return findings(atOnce, run)
      // udev may give an interface another address after it has been made.
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      return findings(
        faults().map((fault) => `a second later ${fault}`),
        run,
      )
    },
  },
  {
    id: 'IFC-03',
    title: 'The interface is up and has a carrier',
    sentence: practice('SHOULD', 'A pod uses its interface as soon as ADD has returned.'),
    kinds: ['main', 'meta'],
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      const attachment = bench.attachment()
      const { run } = await attachment.added()
      const link = present(linkOf(attachment))
      if (!link.isUp) return findings([`${link.name} is down`], run)
      return link.hasCarrier ? [] : findings([`${link.name} is up and has no carrier`], run)
    },
  },
  {
    id: 'IFC-04',
    title: 'A configured MTU is the interface’s, and that of its end on the host',
    sentence: practice('SHOULD', 'What a configuration says of an interface is what the interface has.'),
    kinds: ['main', 'meta'],
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      const { mtu } = subjectConfig(bench.subject)
      if (typeof mtu !== 'number' || mtu === 0) throw new NotRun('its configuration sets no mtu')
      const attachment = bench.attachment()
      const { run } = await attachment.added()
      const link = present(linkOf(attachment))
      const isPair = bench.subject.kind === 'main' && link.kind === 'veth'
      const peer = isPair ? linksIn('host').find(({ index }) => index === link.linkIndex) : undefined
      return findings(
        [link, ...(peer ? [peer] : [])]
          .filter((one) => one.mtu !== mtu)
          .map((one) => `${one.name} has an MTU of ${one.mtu}, not ${mtu}`),
        run,
      )
    },
  },
  {
    id: 'IFC-05',
    title: 'The interfaces of the host that the result lists are there, the other end of a pair among them',
    sentence: cni(
      '5 ADD Success',
      'MUST',
      'interfaces: An array of all interfaces created by the attachment, including any host-level interfaces.',
    ),
    kinds: ['main', 'meta'],
    since: '0.3.0',
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      const attachment = bench.attachment()
      const before = linksIn('host').map(({ name }) => name)
      const { result, run } = await attachment.added()
      const listed = (newest(result).interfaces ?? []).filter(({ sandbox }) => !sandbox).map(({ name }) => name)
      const host = linksIn('host')
      const own = linkOf(attachment)
      const peer = own?.kind === 'veth' ? host.find(({ index }) => index === own.linkIndex) : undefined
      return findings(
        [
          ...listed.filter((name) => !host.some((link) => link.name === name)).map((name) => `the host has no ${name}`),
          ...(peer && !before.includes(peer.name) && !listed.includes(peer.name)
            ? [`the other end of ${own?.name} is ${peer.name}, which is not listed`]
            : []),
        ],
        run,
      )
    },
  },
]

function present(link: Link | undefined): Link {
  if (link !== undefined) return link
  throw new NotRun('the interface is not there; IFC-01 tells of that')
}

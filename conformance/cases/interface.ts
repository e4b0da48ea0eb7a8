import type { Attachment } from '../bench/attachment.ts'
import { fails, findings, unchanged } from '../bench/judge.ts'
import { ip } from '../bench/machine.ts'
import { succeeded } from '../bench/run-record.ts'
import { difference } from '../bench/snapshot.ts'
import { type Link, linkIn, linksIn, newest } from '../bench/view.ts'
import { type Case, cni, type Finding, NotRun, practice } from '../case.ts'
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
    sentence: cni('5 Success', 'MUST', 'mac: The hardware address of the interface (if applicable).'),
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
      '5 Success',
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
  {
    id: 'IFC-06',
    title: 'Nothing comes into the sandbox but on the interfaces of the result',
    sentence: cni('5 Success', 'MUST', 'interfaces: An array of all interfaces created by the attachment.'),
    kinds: ['main', 'meta'],
    since: '0.3.0',
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.prepare()
      const before = bench.snapshot(attachment.sandbox)
      const { result, run } = await attachment.added()
      const listed = (newest(result).interfaces ?? []).filter(({ sandbox }) => sandbox).map(({ name }) => name)
      const came = difference(before, bench.snapshot(attachment.sandbox)).came.filter((line) =>
        /^in .*: (link|address|route) /.test(line),
      )
      const strange = came.filter((line) => !listed.some((name) => line.includes(` ${name} `)))
      return strange.length === 0
        ? []
        : [{ found: 'the sandbox has what no interface of the result explains', run, held: strange }]
    },
  },
  {
    id: 'IFC-07',
    title: 'Other interfaces, with their addresses and routes, are left as they are',
    sentence: practice(
      'SHOULD',
      'What another network has in the sandbox or on the host is not for this one to change.',
    ),
    kinds: ['main', 'meta'],
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      await bench.warmUp()
      const attachment = bench.attachment()
      bystander(attachment)
      await attachment.prepare()
      const before = bench.snapshot(attachment.sandbox)
      const { run } = await attachment.added()
      const after = bench.snapshot(attachment.sandbox)
      const ofThem = (lines: readonly string[]): readonly string[] => lines.filter((line) => line.includes('bystander'))
      return unchanged(ofThem(before), ofThem(after), 'an interface of another network was changed', run)
    },
  },
  {
    id: 'IFC-08',
    title: 'An interface of that name that is there already is an error, and is left as it is',
    sentence: cni(
      '2 ADD',
      'MUST',
      'If the CNI plugin is unable to use the interface name, it MUST return with an error.',
    ),
    kinds: ['main'],
    versions: 'once',
    run: async (bench) => {
      if (bench.subject.ifName === 'lo') throw new NotRun('every sandbox has the interface it is asked for')
      await bench.warmUp()
      const attachment = bench.attachment()
      ip(
        'host',
        'link',
        'add',
        'taken0',
        'type',
        'veth',
        'peer',
        'name',
        attachment.ifName,
        'netns',
        attachment.sandbox.name,
      )
      const before = bench.snapshot(attachment.sandbox)
      const run = await attachment.run('ADD')
      return [
        ...fails(run, `ADD where ${attachment.ifName} is there already`),
        ...unchanged(
          before,
          bench.snapshot(attachment.sandbox),
          `ADD where ${attachment.ifName} is there already left something`,
          run,
        ),
      ]
    },
  },
  {
    id: 'IFC-09',
    title: 'Unusual names of interfaces work, or are refused; none is cut short',
    sentence: cni('2 Parameters', 'SHOULD', 'CNI_IFNAME: Name of the interface to create inside the container.'),
    kinds: ['main', 'meta'],
    versions: 'once',
    run: async (bench) => {
      if (bench.subject.ifName === 'lo') throw new NotRun('it is about one interface, whatever its name')
      const found: Finding[] = []
      for (const ifName of ['fifteen-bytes-x', 'eth0.100', 'a-b_c', 'veth%d']) {
        const attachment = bench.attachment({ ifName })
        try {
          await attachment.prepare()
        } catch {
          // A plugin before it does not take this name, so that this one is not asked.
          continue
        }
        const run = await attachment.run('ADD')
        if (!succeeded(run)) found.push(...fails(run, `ADD with the name ${ifName}`))
        else if (!linkOf(attachment)) found.push({ found: `ADD with the name ${ifName} made no such interface`, run })
      }
      return found
    },
  },
  {
    id: 'IFC-10',
    title: 'A device that is moved is in the sandbox, and after DEL back on the host under its name',
    sentence: practice('SHOULD', 'A device that is passed to a pod comes back when the pod is gone.'),
    kinds: ['main'],
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      const { device } = subjectConfig(bench.subject)
      if (typeof device !== 'string') throw new NotRun('its configuration names no device')
      const index = linkIn('host', device)?.index
      const attachment = bench.attachment()
      const { run } = await attachment.added()
      const moved = linkOf(attachment)
      const stays = linkIn('host', device) ? [`${device} is still on the host`] : []
      await attachment.deleted()
      const back = linkIn('host', device)
      return findings(
        [
          ...stays,
          ...(moved === undefined ? [`${device} is not in the sandbox`] : []),
          ...(back === undefined ? [`after DEL the host has no ${device}`] : []),
          ...(back !== undefined && index === undefined ? ['the device was not there before'] : []),
        ],
        run,
      )
    },
  },
]

function linkOf({ sandbox, ifName }: Attachment): Link | undefined {
  return linkIn({ sandbox: sandbox.name }, ifName)
}

function present(link: Link | undefined): Link {
  if (link !== undefined) return link
  throw new NotRun('the interface is not there; IFC-01 tells of that')
}

// An interface of another network, on both sides.
function bystander({ sandbox }: Attachment): void {
  ip('host', 'link', 'add', 'bystander0', 'type', 'veth', 'peer', 'name', 'bystander1', 'netns', sandbox.name)
  for (const [where, name, net] of [
    ['host', 'bystander0', 1],
    [{ sandbox: sandbox.name }, 'bystander1', 2],
  ] as const) {
    ip(where, 'link', 'set', name, 'up')
    ip(where, 'address', 'add', `198.18.${net}.1/24`, 'dev', name)
    ip(where, 'route', 'add', `198.19.${net}.0/24`, 'dev', name)
  }
}

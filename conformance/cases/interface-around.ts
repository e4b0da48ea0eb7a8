import { fails, findings, unchanged } from '../bench/judge.ts'
import { ip } from '../bench/machine.ts'
import { succeeded } from '../bench/run-record.ts'
import { difference } from '../bench/snapshot.ts'
import { linkIn, linkOf, newest } from '../bench/view.ts'
import { type Case, cni, type Finding, practice } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'
import { bystander } from './bystander.ts'

/** IFC-06 to IFC-10: what is around the interface, and what its name was before. */
export const aroundInterfaceCases: readonly Case[] = [
  {
    id: 'IFC-06',
    title: 'Nothing comes into the sandbox but on the interfaces of the result',
    sentence: cni('5 ADD Success', 'MUST', 'interfaces: An array of all interfaces created by the attachment.'),
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

import { makeLink, namedLinks, overDefaultRoute } from '../bench/fixtures.ts'
import { succeeds, unchanged } from '../bench/judge.ts'
import { ip } from '../bench/machine.ts'
import { succeeded } from '../bench/run-record.ts'
import type { Snapshot } from '../bench/snapshot.ts'
import { type Case, cni, cni040, EVERY_KIND, type Finding } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'
import { afterDel } from './after-del.ts'

const COMPLETE = cni(
  '2 DEL',
  'MUST',
  'Plugins should generally complete a DEL action without error even if some resources are missing.',
)
const OF_NOTHING = cni040(
  'DEL',
  'MUST',
  'When CNI_NETNS and/or prevResult are not provided, the plugin should clean up as many resources as possible and return a successful response.',
)
const UNDO = cni(
  '2 DEL',
  'MUST',
  'A CNI plugin, upon receiving a DEL command, should delete the interface defined by CNI_IFNAME inside the container, or undo any modifications applied in the plugin’s ADD functionality.',
)

/** DEL: what ADD did is undone, whatever is missing by then. */
export const delCases: readonly Case[] = [
  afterDel(
    'DEL-01',
    'After ADD and DEL everything is as before',
    UNDO,
    async (attachment) => [await attachment.run('DEL')],
    { inChain: true, versions: 'each' },
  ),
  afterDel(
    'DEL-02',
    'DEL may come twice',
    cni(
      '2 DEL',
      'MUST',
      'Plugins MUST accept multiple DEL calls for the same (CNI_CONTAINERID, CNI_IFNAME) pair, and return success if the interface in question, or any modifications added, are missing.',
    ),
    async (attachment) => {
      const first = await attachment.run('DEL')
      // A first DEL that fails is not what this is about.
      if (!succeeded(first)) throw new NotRun('the first DEL failed; DEL-01 tells of that')
      // A runtime runs the whole list again, so that what the plugins before it made is gone by then.
      await attachment.dismantle()
      return [await attachment.run('DEL')]
    },
    { inChain: true, versions: 'each' },
  ),
  {
    id: 'DEL-03',
    title: 'DEL of a container that was never added succeeds, and changes nothing',
    sentence: COMPLETE,
    kinds: EVERY_KIND,
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      await bench.warmUp()
      const attachment = bench.attachment()
      await attachment.prepare()
      const before = bench.snapshot(attachment.sandbox)
      const run = await attachment.run('DEL', { prevResult: undefined })
      return [
        ...succeeds(run, 'DEL of an unknown container'),
        ...unchanged(before, bench.snapshot(attachment.sandbox), 'it changed something', run),
      ]
    },
  },
  afterDel(
    'DEL-04',
    'DEL without CNI_NETNS cleans up on the host',
    OF_NOTHING,
    async (attachment) => [
      await attachment.run('DEL', { env: { CNI_NETNS: '' } }),
      await attachment.run('DEL', { env: { CNI_NETNS: undefined } }),
    ],
    { inChain: true, hostOnly: true },
  ),
  afterDel(
    'DEL-05',
    'DEL with a CNI_NETNS that is not there cleans up on the host',
    cni(
      '2 DEL',
      'MUST',
      'An IPAM plugin should generally release an IP allocation and return success even if the container network namespace no longer exists.',
    ),
    async (attachment) => [await attachment.run('DEL', { env: { CNI_NETNS: '/run/netns/nowhere' } })],
    { inChain: true, hostOnly: true },
  ),
  afterDel(
    'DEL-06',
    'DEL with a CNI_NETNS that is a file left over from before a reboot cleans up on the host',
    cni(
      '2 DEL',
      'SHOULD',
      'Plugins should generally complete a DEL action without error even if some resources are missing.',
    ),
    async (attachment, bench) => {
      const stale = bench.staleSandbox()
      return [await attachment.run('DEL', { env: { CNI_NETNS: stale } })]
    },
    { hostOnly: true },
  ),
  afterDel(
    'DEL-07',
    'DEL without prevResult cleans up',
    OF_NOTHING,
    async (attachment) => [await attachment.run('DEL', { prevResult: undefined })],
    { since: '0.4.0' },
  ),
  afterDel(
    'DEL-08',
    'DEL cleans up on the host where the interface is gone already',
    UNDO,
    async (attachment, bench) => {
      const { sandbox, ifName } = attachment
      const { device } = subjectConfig(bench.subject)
      if (ifName === 'lo' || typeof device === 'string') throw new NotRun('the interface cannot be deleted')
      ip({ sandbox: sandbox.name }, 'link', 'delete', ifName)
      return [await attachment.run('DEL')]
    },
    { inChain: true, hostOnly: true, kinds: ['main', 'meta'] },
  ),
  afterDel(
    'DEL-09',
    'DEL cleans up on the host where the sandbox is gone already',
    cni(
      '2 DEL',
      'MUST',
      'An IPAM plugin should generally release an IP allocation and return success even if the container network namespace no longer exists.',
    ),
    async (attachment, bench) => {
      if (typeof subjectConfig(bench.subject)['device'] === 'string')
        throw new NotRun('the device would be gone with the sandbox')
      bench.endSandbox(attachment.sandbox)
      return [await attachment.run('DEL')]
    },
    { inChain: true, hostOnly: true },
  ),
  {
    id: 'DEL-10',
    title: 'DEL succeeds and releases the addresses where the interface it is built on is gone',
    sentence: COMPLETE,
    kinds: ['main'],
    versions: 'once',
    run: async (bench) => {
      const [master] = namedLinks(subjectConfig(bench.subject))
      const isDevice = typeof subjectConfig(bench.subject)['device'] === 'string'
      if (master === undefined || isDevice) throw new NotRun('its configuration names no interface to build on')
      await bench.warmUp()
      const ofFiles = (): Snapshot => bench.snapshot().filter((line) => line.startsWith('file '))
      const before = ofFiles()
      const found: Finding[] = []
      for (const [what, make, change] of [
        [`DEL without ${master}`, () => bench.attachment(), {}],
        [
          `DEL without ${master}, which the default route was over`,
          () => overDefaultRoute(bench, master),
          { prevResult: undefined },
        ],
      ] as const) {
        makeLink(master)
        const attachment = make()
        // Not every plugin can do without being told.
        if (!succeeded(await attachment.run('ADD'))) continue
        ip('host', 'link', 'delete', master)
        const run = await attachment.run('DEL', change)
        found.push(...succeeds(run, what), ...unchanged(before, ofFiles(), `${what} left something`, run))
      }
      return found
    },
  },
  afterDel(
    'DEL-11',
    'A prevResult that cannot be read does not keep DEL from succeeding',
    cni(
      '2 DEL',
      'SHOULD',
      'Plugins should generally complete a DEL action without error even if some resources are missing.',
    ),
    async (attachment) => {
      const foreign = await attachment.run('DEL', { prevResult: { cniVersion: '9.9.9', interfaces: [] } })
      if (succeeded(foreign)) await attachment.added()
      return [foreign, await attachment.run('DEL', { prevResult: { ips: [{ address: 'nothing' }] } })]
    },
    { since: '0.4.0', verdictOnly: true },
  ),
  afterDel(
    'DEL-12',
    'What a plugin changed is undone while the sandbox lives on, and may be done again',
    UNDO,
    async (attachment) => {
      const first = await attachment.run('DEL')
      if (!succeeded(first)) throw new NotRun('DEL failed; DEL-01 tells of that')
      const again = await attachment.run('ADD')
      return [first, again, await attachment.run('DEL')]
    },
    { kinds: ['meta'], inSandbox: true },
  ),
]

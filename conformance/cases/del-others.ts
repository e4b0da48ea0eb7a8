import type { JsonObject } from '../../src/cni/index.ts'
import type { Attachment } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { standInAttachment } from '../bench/ipam.ts'
import { fails, succeeds, unchanged } from '../bench/judge.ts'
import { succeeded } from '../bench/run-record.ts'
import type { Sandbox } from '../bench/sandbox.ts'
import type { Snapshot } from '../bench/snapshot.ts'
import { errorAnswer } from '../bench/stand-in.ts'
import { type Case, cni, cni040, EVERY_KIND, type Finding, practice } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'
import { afterDel } from './after-del.ts'
import { refusedConfigs } from './refused-configs.ts'

const COMPLETE = 'Plugins should generally complete a DEL action without error even if some resources are missing.'

/** DEL, continued: what is not its own, and what else may be missing. */
export const delOtherCases: readonly Case[] = [
  {
    id: 'DEL-13',
    title: 'DEL of one container leaves another as it is',
    sentence: cni040(
      'DEL',
      'MUST',
      'A delete operation should release all resources held by the supplied containerid in the configured network.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      requireMoreThanOne(subjectConfig(bench.subject))
      await bench.warmUp()
      const [stays, goes] = [bench.attachment(), bench.attachment()]
      await stays.added()
      const before = bench.snapshot(stays.sandbox)
      await goes.added()
      await goes.deleted()
      return unchanged(before, bench.snapshot(stays.sandbox), 'DEL of another container changed something')
    },
  },
  {
    id: 'DEL-14',
    title: 'Of two attachments of a container to one network, DEL of one leaves the other as it is',
    sentence: cni040(
      'General considerations',
      'MUST',
      'Plugins that store state should do so using a primary key of (network name, CNI_CONTAINERID, CNI_IFNAME).',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      requireMoreThanOne(subjectConfig(bench.subject))
      if (bench.subject.ifName === 'lo') throw new NotRun('it is about one interface only')
      await bench.warmUp()
      const sandbox = bench.sandbox()
      const goes = await secondOf(bench, sandbox)
      await bench.attachment({ sandbox, ifName: 'eth0', containerId: 'twice' }).added()
      // What eth1 is left as, other cases tell.
      const stock = (): Snapshot => bench.snapshot(sandbox).filter((line) => !/ eth1\b/.test(line))
      const before = stock()
      await goes.added()
      const run = await goes.run('DEL')
      return [
        ...succeeds(run, 'DEL of eth1'),
        ...unchanged(before, stock(), 'ADD and DEL of eth1 changed something of eth0', run),
      ]
    },
  },
  afterDel(
    'DEL-15',
    'DEL cleans up without the runtimeConfig that ADD had',
    cni('2 DEL', 'SHOULD', COMPLETE),
    async (attachment) => {
      if (!attachment.request('DEL').stdin.includes('"runtimeConfig"'))
        throw new NotRun('it is given no runtimeConfig (--capability-args)')
      return [await attachment.run('DEL', { config: (config) => ({ ...config, runtimeConfig: undefined }) })]
    },
  ),
  {
    id: 'DEL-16',
    title: 'DEL with a configuration that ADD refused succeeds',
    sentence: cni('2 DEL', 'SHOULD', COMPLETE),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const found: Finding[] = []
      for (const { what, config } of refusedConfigs(bench.subject)) {
        const attachment = bench.attachment({ config })
        await attachment.prepare()
        const add = await attachment.run('ADD')
        if (succeeded(add)) continue
        const run = await attachment.run('DEL')
        found.push(...succeeds(run, `ADD with ${what} was refused, and DEL with it`))
      }
      return found
    },
  },
  {
    id: 'DEL-17',
    title: 'An IPAM plugin that fails does not make the interface stay, and needs no daemon for DEL',
    sentence: cni(
      '2 DEL',
      'SHOULD',
      'While DHCP may usually send a release message, this release action would not be considered critical and no error should be returned.',
    ),
    kinds: ['main', 'ipam'],
    versions: 'once',
    run: async (bench) => {
      if (bench.subject.kind === 'ipam') return withoutDaemon(bench)
      const { attachment, ipam } = standInAttachment(bench)
      await attachment.prepare()
      const { run: add } = await attachment.added()
      ipam.answer('DEL', errorAnswer(11, 'the daemon is down'))
      await attachment.run('DEL')
      ipam.answer('DEL', {})
      const run = await attachment.run('DEL')
      return add ? succeeds(run, 'DEL after one in which the IPAM plugin had failed') : []
    },
  },
  {
    id: 'DEL-20',
    title: "The IPAM plugin's DEL is called, and its error passed on",
    sentence: cni(
      '4 Delegated plugin execution procedure',
      'MUST',
      'If a plugin is executed with CNI_COMMAND=CHECK, DEL, or GC, it must also execute any delegated plugins. If any of the delegated plugins return error, error should be returned by the upper plugin.',
    ),
    kinds: ['main'],
    versions: 'once',
    run: async (bench) => {
      const { attachment, ipam } = standInAttachment(bench)
      await attachment.added()
      ipam.answer('DEL', errorAnswer(100, 'the lease cannot be given up'))
      const run = await attachment.run('DEL')
      return [
        ...(ipam.calls().some(({ verb }) => verb === 'DEL')
          ? []
          : [{ found: 'the IPAM plugin was not called with DEL', run }]),
        ...fails(run, 'DEL with an IPAM plugin that fails it'),
      ]
    },
  },
  afterDel(
    'DEL-18',
    'DEL cleans up with a configuration that has no ipam any more',
    practice('NOTE', 'A configuration may change between ADD and DEL.'),
    async (attachment, bench) => {
      if (subjectConfig(bench.subject)['ipam'] === undefined) throw new NotRun('its configuration has no ipam')
      return [await attachment.run('DEL', { config: (config) => ({ ...config, ipam: {} }) })]
    },
    { kinds: ['main'], verdictOnly: true },
  ),
  {
    id: 'DEL-19',
    title: 'DEL ends within ten seconds, whatever is missing',
    sentence: practice('SHOULD', 'A pod stays in Terminating for as long as a DEL takes.'),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      const changes = [
        { env: { CNI_NETNS: '/run/netns/nowhere' } },
        { prevResult: undefined },
        { env: { CNI_NETNS: '' } },
      ]
      const found: Finding[] = []
      for (const change of changes) {
        const run = await attachment.run('DEL', change)
        const seconds = run.outcome.durationMs / 1000
        if (seconds > 10) found.push({ found: `DEL took ${seconds.toFixed(0)} s`, run })
      }
      return found
    },
  },
]

// A plugin whose two interfaces want the same route is asked with a sandbox for each: what it keeps is told apart by
// container and interface, not by sandbox.
async function secondOf(bench: Bench, sandbox: Sandbox): Promise<Attachment> {
  const probe = bench.sandbox()
  const [first, second] = ['eth0', 'eth1'].map((ifName) =>
    bench.attachment({ sandbox: probe, ifName, containerId: 'probe' }),
  )
  await first?.added()
  await second?.prepare()
  const canHaveTwo = second !== undefined && succeeded(await second.run('ADD'))
  for (const one of [second, first]) {
    await one?.run('DEL')
    await one?.dismantle()
  }
  bench.endSandbox(probe)
  const named = { ifName: 'eth1', containerId: 'twice' }
  const goes = bench.attachment(canHaveTwo ? { sandbox, ...named } : named)
  await goes.prepare()
  return goes
}

// A device can be given to one container only.
function requireMoreThanOne({ device }: JsonObject): void {
  if (typeof device === 'string') throw new NotRun('its device can be given to one container only')
}

// On a machine that has just been made nothing runs that an IPAM plugin might ask.
async function withoutDaemon(bench: Bench): Promise<readonly Finding[]> {
  if (bench.subject.setup !== undefined) throw new NotRun('its setup may have started what it asks')
  return succeeds(await bench.attachment().run('DEL'), 'DEL where no daemon runs')
}

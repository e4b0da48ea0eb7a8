import type { Attachment } from '../bench/attachment.ts'
import { standInAttachment } from '../bench/ipam.ts'
import { fails, succeeds, unchanged } from '../bench/judge.ts'
import type { RunRecord } from '../bench/run-record.ts'
import { errorAnswer } from '../bench/stand-in.ts'
import { newest } from '../bench/view.ts'
import { type Case, cni, EVERY_KIND, type Finding, practice } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { OF_RESULT, requireCheck } from './after-drift.ts'
import { checkVariants } from './check-variants.ts'
import * as drifts from './drifts.ts'

/** CHK: CHECK succeeds where all is well, and finds what is not. */
export const checkCases: readonly Case[] = [
  {
    id: 'CHK-01',
    title: 'CHECK right after ADD succeeds, however the network is configured',
    sentence: cni('2 CHECK', 'MUST', 'The plugin must handle CHECK being called immediately after an ADD.'),
    kinds: EVERY_KIND,
    since: '0.4.0',
    versions: 'each',
    inChain: true,
    run: async (bench) => {
      const found: Finding[] = []
      for (const { what, make } of checkVariants(bench)) {
        const attachment = make()
        if (!(await addsCleanly(attachment))) continue
        found.push(...succeeds(await attachment.run('CHECK'), `CHECK right after ADD ${what}`))
        await attachment.run('DEL')
      }
      return found
    },
  },
  {
    id: 'CHK-15',
    title: 'CHECK without prevResult is a clean error',
    sentence: cni(
      '2 CHECK',
      'MUST',
      'The plugin must consult the prevResult to determine the expected interfaces and addresses.',
    ),
    kinds: ['main', 'meta'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      return fails(await attachment.run('CHECK', { prevResult: undefined }), 'CHECK without prevResult')
    },
  },
  {
    id: 'CHK-18',
    title: 'CHECK changes nothing, whether it succeeds or fails',
    sentence: cni('2 CHECK', 'SHOULD', 'CHECK is a way for a runtime to probe the status of an existing container.'),
    kinds: EVERY_KIND,
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      const stock = () => bench.snapshot(attachment.sandbox)
      const found: Finding[] = []
      for (const [what, make] of [
        ['with all in order', () => undefined],
        ['with every rule flushed', drifts.flushRules],
      ] as const) {
        make()
        const before = stock()
        const run = await attachment.run('CHECK')
        found.push(...unchanged(before, stock(), `CHECK, ${what}, changed something`, run))
      }
      return found
    },
  },
  {
    id: 'CHK-19',
    title: "The IPAM plugin's CHECK is called, and its error passed on",
    sentence: cni(
      '2 CHECK',
      'SHOULD',
      'The plugin should call CHECK on any delegated (e.g. IPAM) plugins and pass any errors on to its caller.',
    ),
    kinds: ['main'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const { attachment, ipam } = standInAttachment(bench)
      await attachment.added()
      await requireCheck(attachment)
      const called = ipam.calls().some(({ verb }) => verb === 'CHECK')
      ipam.answer('CHECK', errorAnswer(100, 'the reservation is gone'))
      const run = await attachment.run('CHECK')
      return [
        ...(called ? [] : [{ found: 'the IPAM plugin was not called with CHECK', run }]),
        ...fails(run, 'CHECK with an IPAM plugin that fails it'),
      ]
    },
  },
  {
    id: 'CHK-20',
    title: 'The reservation is compared with the address of prevResult',
    sentence: cni(
      '2 CHECK',
      'SHOULD',
      'The plugin must consult the prevResult to determine the expected interfaces and addresses.',
    ),
    kinds: ['ipam'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      const { result } = await attachment.added()
      await requireCheck(attachment)
      const ips = newest(result).ips?.map((one) => ({
        ...one,
        address: one.address.includes(':') ? '2001:db8:ffff::9/64' : '192.0.2.99/24',
      }))
      if (!ips?.length) throw new NotRun('it gave no address')
      return fails(
        await attachment.run('CHECK', { prevResult: { ...result, ips } }),
        'CHECK with an address that it never gave',
      )
    },
  },
  {
    id: 'CHK-21',
    title: 'CHECK finds that the sandbox is gone',
    sentence: OF_RESULT,
    kinds: ['main'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      await requireCheck(attachment)
      bench.endSandbox(attachment.sandbox)
      return fails(await attachment.run('CHECK'), 'CHECK of a sandbox that is gone')
    },
  },
  {
    id: 'CHK-22',
    title: 'The same sandbox by another path passes CHECK',
    sentence: practice(
      'NOTE',
      'The parameters of CHECK are those of ADD (CNI 1.1.0, 2 CHECK), so that either answer is right.',
    ),
    kinds: ['main', 'meta'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      await requireCheck(attachment)
      return succeeds(
        await attachment.run('CHECK', { env: { CNI_NETNS: `/var${attachment.sandbox.path}` } }),
        'CHECK by another path',
      )
    },
  },
]

// Whether a configuration is one that the plugin takes is not what CHECK is about.
async function addsCleanly(attachment: Attachment): Promise<RunRecord | undefined> {
  try {
    return (await attachment.added()).run
  } catch (fault) {
    if (fault instanceof NotRun) return undefined
    throw fault
  }
}

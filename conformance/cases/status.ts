import type { Bench } from '../bench/bench.ts'
import { namedLinks } from '../bench/fixtures.ts'
import { hasIpam, standInAttachment } from '../bench/ipam.ts'
import { fails, failsWith, succeeds, unchanged } from '../bench/judge.ts'
import { ip } from '../bench/machine.ts'
import type { RunRecord } from '../bench/run-record.ts'
import { errorAnswer } from '../bench/stand-in.ts'
import { type Case, cni, EVERY_KIND } from '../case.ts'
import type { Kind } from '../kind.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'

/** STA: whether a plugin knows that it can, or cannot, serve an ADD. */
export const statusCases: readonly Case[] = [
  ofStatus(
    'STA-01',
    'STATUS succeeds where all is ready',
    'MUST',
    'A plugin must exit with a zero return code if it is ready to service ADD requests.',
    EVERY_KIND,
    async (bench) => succeeds(await status(bench), 'STATUS'),
  ),
  ofStatus(
    'STA-02',
    'STATUS says that an ADD would fail, with code 50 or 51',
    'MUST',
    'If the plugin knows that it is not able to service ADD requests, it must exit with a non-zero return code and output an error. 50: not available, 51: not available, and existing containers may have limited connectivity.',
    ['main'],
    async (bench) => {
      const [master] = namedLinks(subjectConfig(bench.subject))
      if (master === undefined)
        throw new NotRun('nothing that it needs can be taken away: its configuration names no interface')
      ip('host', 'link', 'delete', master)
      return failsWith(await status(bench), [50, 51], `STATUS without ${master}`)
    },
  ),
  ofStatus(
    'STA-03',
    "The IPAM plugin's STATUS is called, and its error passed on with its code",
    'MUST',
    'Plugins that rely on IPAM or other delegated plugins must call STATUS on them and return an error if one does.',
    ['main'],
    async (bench) => {
      if (!hasIpam(bench)) throw new NotRun('its configuration names no IPAM plugin')
      const { attachment, ipam } = standInAttachment(bench, { STATUS: errorAnswer(50, 'no addresses are left') })
      const run = await attachment.run('STATUS', { env: EMPTY })
      const called = ipam.calls().some(({ verb }) => verb === 'STATUS')
      return [
        ...(called ? [] : [{ found: 'the IPAM plugin was not called with STATUS', run }]),
        ...failsWith(run, [50], 'STATUS with an IPAM plugin that fails it with code 50'),
      ]
    },
  ),
  ofStatus(
    'STA-04',
    'STATUS changes nothing',
    'SHOULD',
    'STATUS is a way for a runtime to determine the readiness of a network plugin.',
    EVERY_KIND,
    async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      const before = bench.snapshot(attachment.sandbox)
      const run = await status(bench)
      return unchanged(before, bench.snapshot(attachment.sandbox), 'STATUS changed something', run)
    },
  ),
  ofStatus(
    'STA-05',
    'ADD and DEL work whether STATUS was called or not',
    'MUST',
    'Plugins must not rely on STATUS being called before ADD.',
    EVERY_KIND,
    async (bench) => {
      const attachment = bench.attachment()
      await attachment.prepare()
      const add = await attachment.run('ADD')
      await status(bench)
      return [
        ...succeeds(add, 'ADD without STATUS before'),
        ...succeeds(await attachment.run('DEL'), 'DEL after STATUS'),
      ]
    },
  ),
  ofStatus(
    'STA-06',
    'STATUS needs no CNI_PATH',
    'SHOULD',
    'Required environment parameters: CNI_COMMAND. Optional: CNI_PATH.',
    EVERY_KIND,
    async (bench) =>
      succeeds(
        await bench.attachment().run('STATUS', { env: { ...EMPTY, CNI_PATH: undefined } }),
        'STATUS without CNI_PATH',
      ),
  ),
  ofStatus(
    'STA-07',
    'STATUS fails with an error object where the configuration is unusable',
    'MUST',
    'A plugin must exit with a non-zero return code and output an error.',
    EVERY_KIND,
    async (bench) =>
      fails(
        await bench.attachment().run('STATUS', { env: EMPTY, stdin: '{' }),
        'STATUS with an unreadable configuration',
      ),
  ),
]

const EMPTY = { CNI_CONTAINERID: '', CNI_NETNS: '', CNI_IFNAME: '', CNI_ARGS: '' }

function ofStatus(
  id: string,
  title: string,
  level: 'MUST' | 'SHOULD',
  says: string,
  kinds: readonly Kind[],
  run: Case['run'],
): Case {
  return { id, title, sentence: cni('2 STATUS', level, says), kinds, since: '1.1.0', versions: 'each', run }
}

function status(bench: Bench): Promise<RunRecord> {
  return bench.attachment().run('STATUS', { env: EMPTY })
}

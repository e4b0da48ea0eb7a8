import type { Json, JsonObject } from '../../src/cni/index.ts'
import type { Attachment } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { standInAttachment } from '../bench/ipam.ts'
import { fails, nothingCame, succeeds, unchanged } from '../bench/judge.ts'
import { tryIp } from '../bench/machine.ts'
import type { RunRecord } from '../bench/run-record.ts'
import { errorAnswer } from '../bench/stand-in.ts'
import { type Case, cni, type Finding } from '../case.ts'

const REMOVE = cni(
  '2 GC',
  'SHOULD',
  'A plugin SHOULD remove as many stale resources as possible: those of attachments that are not in the provided list.',
)

/** GC: what is no longer valid goes, and nothing else. */
export const garbageCases: readonly Case[] = [
  ofGc('GC-01', 'What is no longer valid is removed, what is valid stays', REMOVE, async (bench) => {
    const [stays, ...gone] = await three(bench)
    if (!stays) return []
    const before = bench.snapshot(stays.sandbox)
    for (const one of gone) await one.added()
    for (const one of gone) bench.endSandbox(one.sandbox)
    const run = await gc(stays, [stays])
    return [
      ...succeeds(run, 'GC'),
      ...unchanged(
        before,
        bench.snapshot(stays.sandbox),
        'GC left something of what is not valid, or took of what is',
        run,
      ),
    ]
  }),
  ofGc(
    'GC-02',
    'An attachment is a container with an interface: one may be valid and the other not',
    REMOVE,
    async (bench) => {
      const sandbox = bench.sandbox()
      const [valid, stale] = ['eth0', 'eth1'].map((ifName) =>
        bench.attachment({ sandbox, ifName, containerId: 'twice' }),
      )
      if (!valid || !stale) return []
      await valid.added()
      const before = bench.snapshot()
      await stale.added()
      tryIp({ sandbox: sandbox.name }, 'link', 'delete', 'eth1')
      const run = await gc(valid, [valid])
      return [
        ...succeeds(run, 'GC'),
        ...unchanged(before, bench.snapshot(), 'GC left something of eth1, or took of eth0', run),
      ]
    },
  ),
  ofGc('GC-03', 'An empty list means that none is valid', REMOVE, async (bench) => {
    await bench.warmUp()
    const attachment = bench.attachment()
    const before = bench.snapshot()
    await attachment.added()
    bench.endSandbox(attachment.sandbox)
    const run = await gc(attachment, [])
    return [
      ...succeeds(run, 'GC with an empty list'),
      ...nothingCame(before, bench.snapshot(), 'GC with an empty list left something', run),
    ]
  }),
  ofGc('GC-04', 'Another network is left as it is', REMOVE, async (bench) => {
    const other = bench.attachment({ config: (config) => ({ ...config, name: 'conformance-other' }) })
    await other.added()
    const one = bench.attachment()
    const before = bench.snapshot(other.sandbox)
    const run = await gc(one, [])
    return [
      ...succeeds(run, 'GC'),
      ...unchanged(before, bench.snapshot(other.sandbox), 'GC took something of another network', run),
    ]
  }),
  {
    ...ofGc(
      'GC-05',
      'GC is passed on to the IPAM plugin, with what is valid',
      cni(
        '2 GC',
        'MUST',
        'Plugins MUST, additionally, forward any GC calls to delegated plugins they are configured to use.',
      ),
      async (bench) => {
        const { attachment, ipam } = standInAttachment(bench)
        await attachment.added()
        const run = await gc(attachment, [attachment])
        const call = ipam.calls().find(({ verb }) => verb === 'GC')
        if (call === undefined) return [{ found: 'the IPAM plugin was not called with GC', run }]
        return JSON.stringify(call.config['cni.dev/valid-attachments'] ?? '').includes(attachment.containerId)
          ? []
          : [{ found: 'the IPAM plugin was not told what is valid', run, held: [JSON.stringify(call.config)] }]
      },
    ),
    kinds: ['main'],
  },
  {
    ...ofGc(
      'GC-06',
      'GC goes on where something fails, and reports it',
      cni(
        '2 GC',
        'SHOULD',
        'Plugins should generally complete a GC action without error. If an error is encountered, a plugin should continue, removing as many resources as possible, and report the errors back to the runtime.',
      ),
      async (bench) => {
        const { attachment, ipam } = standInAttachment(bench)
        await attachment.added()
        ipam.answer('GC', errorAnswer(100, 'one lease cannot be given up'))
        return fails(await gc(attachment, []), 'GC with an IPAM plugin that fails it')
      },
    ),
    kinds: ['main'],
  },
  ofGc(
    'GC-07',
    'GC needs no variable but CNI_COMMAND and CNI_PATH',
    cni('2 GC', 'MUST', 'Required environment parameters: CNI_COMMAND, CNI_PATH.'),
    async (bench) => {
      const attachment = bench.attachment()
      const found: Finding[] = []
      for (const value of [undefined, '']) {
        const env = { CNI_CONTAINERID: value, CNI_NETNS: value, CNI_IFNAME: value, CNI_ARGS: value }
        found.push(
          ...succeeds(
            await gc(attachment, [], env),
            `GC with the other variables ${value === undefined ? 'left out' : 'empty'}`,
          ),
        )
      }
      return found
    },
  ),
  ofGc('GC-08', 'What is valid is read from cni.dev/valid-attachments', REMOVE, async (bench) => {
    const attachment = bench.attachment()
    await attachment.added()
    const before = bench.snapshot(attachment.sandbox)
    const valid = validList([attachment])
    const run = await attachment.run('GC', { config: (config) => ({ ...config, 'cni.dev/valid-attachments': valid }) })
    return [
      ...succeeds(run, 'GC'),
      ...unchanged(before, bench.snapshot(attachment.sandbox), 'GC took what the list says is valid', run),
    ]
  }),
  ofGc('GC-09', 'GC may come again, and cleans up after an ADD that was killed', REMOVE, async (bench) => {
    await bench.warmUp()
    const attachment = bench.attachment()
    await attachment.prepare()
    const before = bench.snapshot()
    const request = attachment.request('ADD')
    await bench.run({
      ...request,
      path: '/bin/sh',
      args: ['-c', 'exec timeout --signal KILL 0.01 "$0"', request.path],
      isSubject: false,
    })
    bench.endSandbox(attachment.sandbox)
    const runs = [await gc(attachment, []), await gc(attachment, [])]
    return [
      ...runs.flatMap((run) => succeeds(run, 'GC')),
      ...nothingCame(before, bench.snapshot(), 'GC left something of an ADD that was killed', runs.at(-1)),
    ]
  }),
]

function ofGc(id: string, title: string, sentence: Case['sentence'], run: Case['run']): Case {
  return { id, title, sentence, kinds: ['main', 'meta', 'ipam'], since: '1.1.0', versions: 'each', run }
}

function validList(valid: readonly Attachment[]): Json {
  return valid.map(({ containerId, ifName }): JsonObject => ({ containerID: containerId, ifname: ifName }))
}

// As libcni sends it: under both keys, and with nothing about a container in the environment.
function gc(
  attachment: Attachment,
  valid: readonly Attachment[],
  env: Readonly<Record<string, string | undefined>> = EMPTY,
): Promise<RunRecord> {
  const list = validList(valid)
  return attachment.run('GC', {
    env,
    config: (config) => ({ ...config, 'cni.dev/valid-attachments': list, 'cni.dev/attachments': list }),
  })
}

const EMPTY = { CNI_CONTAINERID: '', CNI_NETNS: '', CNI_IFNAME: '', CNI_ARGS: '' }

async function three(bench: Bench): Promise<readonly Attachment[]> {
  await bench.warmUp()
  const all = [bench.attachment(), bench.attachment(), bench.attachment()]
  await all[0]?.added()
  return all
}

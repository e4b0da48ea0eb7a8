import type { Attachment } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { hasIpam, requireIpam, standInAttachment, withIpam } from '../bench/ipam.ts'
import { fails, nothingCame, succeeds, unchanged } from '../bench/judge.ts'
import { succeeded } from '../bench/run-record.ts'
import { errorAnswer } from '../bench/stand-in.ts'
import { type Case, cni, EVERY_KIND, type Finding, practice, type Sentence } from '../case.ts'
import type { Kind } from '../kind.ts'
import { NotRun } from '../not-run.ts'
import { refusedByMeta } from './refused-configs.ts'

const CLEAN = practice(
  'SHOULD',
  'What an ADD that fails leaves behind is in the way of the next one: plugins undo what they had done.',
)

/** One way for an ADD to fail. */
type Failure = {
  readonly what: string
  readonly attachment: (bench: Bench) => Attachment
  readonly env?: Readonly<Record<string, string>>
  /** Whether it is the first ADD there is: what is kept for good must not come of it either. */
  readonly isFirst?: true
}

const IPAM_MISSING: Failure = {
  what: 'where the IPAM plugin is missing',
  attachment: (bench) => {
    requireIpam(bench)
    return bench.attachment({ config: withIpam('conformance-missing') })
  },
}
const IPAM_REFUSES: Failure = {
  what: 'where the IPAM plugin refuses',
  attachment: (bench) => standInAttachment(bench, { ADD: errorAnswer(100, 'no addresses are left') }).attachment,
}
const NO_WAY: Failure = {
  what: 'with a route whose gateway cannot be reached',
  attachment: (bench) => {
    const result = { ips: [{ address: '198.51.100.5/24' }], routes: [{ dst: '203.0.113.0/24', gw: '192.0.2.1' }] }
    return standInAttachment(bench, { ADD: { result } }).attachment
  },
}
const NO_SANDBOX: Failure = {
  what: 'with a CNI_NETNS that is not there',
  attachment: (bench) => bench.attachment(),
  env: { CNI_NETNS: '/run/netns/nowhere' },
  isFirst: true,
}

/** ATM: an ADD that fails leaves nothing, and may be tried again. */
export const atomicCases: readonly Case[] = [
  afterFailure('ATM-01', 'An ADD that fails for want of its IPAM plugin leaves nothing', CLEAN, ['main'], IPAM_MISSING),
  afterFailure('ATM-02', 'An ADD that its IPAM plugin refuses leaves nothing', CLEAN, ['main'], IPAM_REFUSES),
  afterFailure(
    'ATM-03',
    'An ADD that fails after its IPAM plugin has answered leaves nothing',
    CLEAN,
    ['main'],
    NO_WAY,
  ),
  afterFailure(
    'ATM-04',
    'An ADD into a sandbox that is not there fails, and leaves nothing',
    CLEAN,
    EVERY_KIND,
    NO_SANDBOX,
  ),
  {
    id: 'ATM-05',
    title: 'Where the IPAM plugin fails an ADD, it is called with DEL',
    sentence: cni(
      '4 Delegated plugin execution procedure',
      'SHOULD',
      'If a delegated plugin fails on ADD, the upper plugin should execute again with DEL before returning failure.',
    ),
    kinds: ['main'],
    versions: 'once',
    run: async (bench) => {
      const { attachment, ipam } = standInAttachment(bench, { ADD: errorAnswer(100, 'no addresses are left') })
      const run = await attachment.run('ADD')
      const verbs = ipam.calls().map(({ verb }) => verb)
      if (!verbs.includes('ADD')) throw new NotRun('the IPAM plugin was never called')
      return verbs.includes('DEL')
        ? []
        : [{ found: `the IPAM plugin was called with ${verbs.join(', ')}, and not with DEL`, run }]
    },
  },
  {
    id: 'ATM-06',
    title: 'A plugin that fails on its way takes back what it had changed',
    sentence: CLEAN,
    kinds: ['meta'],
    versions: 'once',
    run: async (bench) => {
      await bench.warmUp()
      const found: Finding[] = []
      for (const { what, config } of refusedByMeta()) {
        const attachment = bench.attachment({ config })
        await attachment.prepare()
        const before = bench.snapshot(attachment.sandbox)
        const run = await attachment.run('ADD')
        if (succeeded(run)) await attachment.run('DEL')
        else
          found.push(
            ...unchanged(before, bench.snapshot(attachment.sandbox), `ADD refused ${what}, and left something`, run),
          )
      }
      return found
    },
  },
  {
    id: 'ATM-07',
    title: 'DEL after an ADD that failed leaves nothing',
    sentence: cni(
      '3 Adding an attachment',
      'MUST',
      'If an add fails, a runtime must still execute a delete, so that plugins clean up.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      await bench.warmUp()
      const found: Finding[] = []
      for (const { what, attachment: make, env = {} } of failuresFor(bench)) {
        const attachment = make(bench)
        await attachment.prepare()
        const before = bench.snapshot(attachment.sandbox)
        if (succeeded(await attachment.run('ADD', { env }))) continue
        const run = await attachment.run('DEL', { env })
        found.push(...succeeds(run, `DEL after an ADD ${what}`))
        if (succeeded(run))
          found.push(
            ...nothingCame(before, bench.snapshot(attachment.sandbox), `ADD ${what}, then DEL, left something`, run),
          )
      }
      return found
    },
  },
  {
    id: 'ATM-08',
    title: 'A second ADD of an attachment is refused or changes nothing, and takes no second address',
    sentence: cni(
      '2 ADD',
      'MUST',
      'A runtime should not call ADD twice without an intervening DEL for the same (CNI_CONTAINERID, CNI_IFNAME).',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      const before = bench.snapshot(attachment.sandbox)
      const run = await attachment.run('ADD')
      return unchanged(before, bench.snapshot(attachment.sandbox), 'a second ADD changed something', run)
    },
  },
  {
    id: 'ATM-09',
    title: 'After DEL the same attachment can be added again',
    sentence: cni('2 DEL', 'SHOULD', 'DEL removes a container from a network, or un-applies modifications.'),
    kinds: EVERY_KIND,
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      await attachment.deleted()
      await attachment.prepare()
      return succeeds(await attachment.run('ADD'), 'ADD after DEL')
    },
  },
  {
    id: 'ATM-10',
    title: 'After an ADD that was killed, DEL leaves nothing',
    sentence: practice('NOTE', 'A machine may end at any instant of an ADD.'),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      await bench.warmUp()
      const whole = bench.attachment()
      const { run: usual } = await whole.added()
      await whole.deleted()
      const found: Finding[] = []
      for (let at = 1; at <= 10; at += 1) {
        const attachment = bench.attachment()
        await attachment.prepare()
        const before = bench.snapshot(attachment.sandbox)
        const seconds = ((usual.outcome.durationMs * at) / 10 / 1000).toFixed(4)
        const request = attachment.request('ADD')
        const script = `exec timeout --signal KILL ${seconds} "$0"`
        // That it is killed is the suite's doing.
        await bench.run({ ...request, path: '/bin/sh', args: ['-c', script, request.path], isSubject: false })
        const run = await attachment.run('DEL', { prevResult: undefined })
        found.push(...succeeds(run, `DEL of an ADD killed after ${seconds} s`))
        found.push(
          ...nothingCame(
            before,
            bench.snapshot(attachment.sandbox),
            `an ADD killed after ${seconds} s, and DEL, left something`,
            run,
          ),
        )
      }
      return found
    },
  },
]

function afterFailure(id: string, title: string, sentence: Sentence, kinds: readonly Kind[], failure: Failure): Case {
  const run = async (bench: Bench): Promise<readonly Finding[]> => {
    if (!failure.isFirst) await bench.warmUp()
    const attachment = failure.attachment(bench)
    await attachment.prepare()
    const before = bench.snapshot(attachment.sandbox)
    const add = await attachment.run('ADD', { env: failure.env ?? {} })
    // An IPAM plugin need not look at the sandbox, and a plugin may do without a route.
    if (succeeded(add)) throw new NotRun(`ADD ${failure.what} succeeds`)
    return [
      ...fails(add, `ADD ${failure.what}`),
      ...unchanged(before, bench.snapshot(attachment.sandbox), `ADD ${failure.what} left something`, add),
    ]
  }
  return { id, title, sentence, kinds, versions: 'once', run }
}

function failuresFor(bench: Bench): readonly Failure[] {
  const { kind } = bench.subject
  if (kind === 'main') return hasIpam(bench) ? [IPAM_MISSING, IPAM_REFUSES, NO_WAY, NO_SANDBOX] : [NO_SANDBOX]
  if (kind === 'ipam') return [NO_SANDBOX]
  return refusedByMeta().map(({ what, config }) => ({
    what: `with ${what}`,
    attachment: () => bench.attachment({ config }),
  }))
}

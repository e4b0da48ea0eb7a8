import {
  checkNetwork,
  delNetwork,
  gcNetwork,
  knowsVerb,
  type PluginConfig,
  statusNetwork,
} from '../../src/cni/index.ts'
import type { Bench } from '../bench/bench.ts'
import { nothingCame } from '../bench/judge.ts'
import { chainAdd, faultOf, type RuntimeChain, runtimeChain, stepSucceeds } from '../bench/runtime.ts'
import { errorAnswer, makeStandIn } from '../bench/stand-in.ts'
import { type Case, cni, cni040, type Finding } from '../case.ts'
import { NotRun } from '../not-run.ts'

const LIFE = cni(
  '3 Adding, deleting, checking an attachment',
  'MUST',
  'ADD runs the plugins in order, each with the result of the one before; CHECK in order and DEL in reverse, each with the final result.',
)

/** CHA: the whole list, as a runtime runs it. */
export const wholeChainCases: readonly Case[] = [
  ofChain('CHA-01', 'The list can be added, and deleted with the final result', LIFE, 'once', async (bench) => {
    const chain = runtimeChain(bench, bench.attachment())
    return deleted(bench, chain, await addedChain(chain))
  }),
  ofChain(
    'CHA-02',
    'The list can be deleted when the sandbox is gone, and leaves nothing',
    cni(
      '2 DEL',
      'MUST',
      'Plugins should generally complete a DEL action without error even if some resources are missing.',
    ),
    'once',
    async (bench) => {
      await bench.warmUp()
      const attachment = bench.attachment()
      const before = bench.snapshot()
      const chain = runtimeChain(bench, attachment)
      const result = await addedChain(chain)
      bench.endSandbox(attachment.sandbox)
      return [
        ...(await deleted(bench, chain, result)),
        ...nothingCame(before, bench.snapshot(), 'deleting the list left something'),
      ]
    },
  ),
  ofChain(
    'CHA-03',
    'Where a later plugin fails ADD, deleting the list leaves nothing',
    cni('3 Adding an attachment', 'MUST', 'A delete must still be executed even if the add fails.'),
    'once',
    async (bench) => {
      await bench.warmUp()
      const failing = makeStandIn('conformance-failing', { ADD: errorAnswer(100, 'it fails as it should') })
      const attachment = bench.attachment()
      const before = bench.snapshot(attachment.sandbox)
      const chain = runtimeChain(
        bench,
        attachment,
        [...bench.subject.network.plugins, { type: failing.type }],
        [failing.folder],
      )
      const fault = await faultOf(chainAdd(chain))
      if (fault === undefined || !fault.msg.includes('it fails as it should'))
        throw new NotRun(`the list fails before that: ${fault?.msg}`)
      return [
        ...(await deleted(bench, chain)),
        ...nothingCame(before, bench.snapshot(attachment.sandbox), 'deleting a list that had failed left something'),
      ]
    },
  ),
  ofChain(
    'CHA-04',
    'The list passes CHECK right after ADD',
    cni('2 CHECK', 'MUST', 'The plugin must handle CHECK being called immediately after an ADD.'),
    'once',
    async (bench) => {
      if (!knowsVerb(bench.version, 'CHECK')) throw new NotRun(`CNI ${bench.version} has no CHECK`)
      const found: Finding[] = []
      for (const [what, plugins] of neighbourhoods(bench)) {
        const chain = runtimeChain(bench, bench.attachment(), plugins)
        const adding = chainAdd(chain)
        if ((await faultOf(adding)) !== undefined) continue
        const checking = checkNetwork(chain.settings, chain.network, chain.attachment, await adding)
        found.push(...(await stepSucceeds(bench, checking, `CHECK of ${what}`)))
      }
      return found
    },
  ),
  ofChain('CHA-05', 'It works among other plugins, before and after them', LIFE, 'once', async (bench) => {
    const found: Finding[] = []
    for (const [what, plugins] of neighbourhoods(bench)) {
      const chain = runtimeChain(bench, bench.attachment(), plugins)
      const adding = chainAdd(chain)
      found.push(...(await stepSucceeds(bench, adding, `ADD of ${what}`)))
      if (found.length === 0) found.push(...(await deleted(bench, chain, await adding)))
    }
    return found
  }),
  ofChain('CHA-06', 'The list works in every version', LIFE, 'each', async (bench) => {
    const chain = runtimeChain(bench, bench.attachment())
    const adding = chainAdd(chain)
    const failed = await stepSucceeds(bench, adding, 'ADD of the list')
    return failed.length > 0 ? failed : deleted(bench, chain, await adding)
  }),
  {
    ...ofChain(
      'CHA-07',
      'The list answers STATUS, and GC with what is valid',
      cni('3 Garbage-collecting a network', 'SHOULD', 'All plugins of the network are told, in order.'),
      'each',
      async (bench) => {
        const attachment = bench.attachment()
        const { settings, network, attachment: runtime } = runtimeChain(bench, attachment)
        const result = await addedChain({ settings, network, attachment: runtime })
        const valid = [{ containerID: attachment.containerId, ifname: attachment.ifName }]
        const status = await stepSucceeds(bench, statusNetwork(settings, network), 'STATUS of the list')
        const faults = await gcNetwork(settings, network, valid)
        const gone = await stepSucceeds(
          bench,
          checkNetwork(settings, network, runtime, result),
          'CHECK after a GC that says it is valid',
        )
        return [...status, ...faults.map(({ msg }) => ({ found: `GC of the list failed: ${msg}` })), ...gone]
      },
    ),
    since: '1.1.0',
  },
  ofChain(
    'CHA-08',
    'Without a result, the list can be deleted, and what needs none is cleaned up',
    cni040(
      'DEL',
      'SHOULD',
      'When CNI_NETNS and/or prevResult are not provided, the plugin should clean up as many resources as possible and return a successful response.',
    ),
    'once',
    async (bench) => {
      await bench.warmUp()
      const attachment = bench.attachment()
      const before = bench.snapshot()
      const chain = runtimeChain(bench, attachment)
      await addedChain(chain)
      return [
        ...(await deleted(bench, chain)),
        ...nothingCame(before, bench.snapshot(), 'deleting the list without a result left something'),
      ]
    },
  ),
]

function ofChain(
  id: string,
  title: string,
  sentence: Case['sentence'],
  versions: Case['versions'],
  run: Case['run'],
): Case {
  return { id, title, sentence, kinds: ['main', 'meta'], since: '0.3.0', versions, run }
}

async function addedChain(chain: RuntimeChain): ReturnType<typeof chainAdd> {
  const adding = chainAdd(chain)
  const fault = await faultOf(adding)
  if (fault === undefined) return adding
  throw new NotRun(`the list cannot be added: ${fault.msg}`)
}

function deleted(
  bench: Bench,
  { settings, network, attachment }: RuntimeChain,
  result?: Awaited<ReturnType<typeof chainAdd>>,
): Promise<readonly Finding[]> {
  return stepSucceeds(bench, delNetwork(settings, network, attachment, result), 'DEL of the list')
}

// The list as it is, and with a plugin before and behind the one under test that leaves its interface alone.
function neighbourhoods({ subject }: Bench): readonly (readonly [string, readonly PluginConfig[]])[] {
  const { plugins } = subject.network
  const own = plugins.slice(0, subject.at + 1)
  const front: readonly PluginConfig[] =
    subject.kind === 'main' && subject.type !== 'loopback' ? [{ type: 'loopback' }] : []
  const named = (list: readonly PluginConfig[]) => [`[${list.map(({ type }) => type).join(', ')}]`, list] as const
  return [
    named(plugins),
    named([...own, { type: 'tuning' }]),
    ...(front.length > 0 ? [named([...front, ...own, { type: 'tuning' }])] : []),
  ]
}

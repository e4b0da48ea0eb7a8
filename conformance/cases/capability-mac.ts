import type { Added, Attachment } from '../bench/attachment.ts'
import { findings, succeeds } from '../bench/judge.ts'
import { linkOf, newest } from '../bench/view.ts'
import { type Case, convention } from '../case.ts'
import { refusedArgs, withArgs } from './with-args.ts'

const MAC = '02:00:5e:00:53:01'

const OTHER_MAC = '02:00:5e:00:53:02'

const OF_MAC = convention('Dynamic Plugin specific fields', 'SHOULD', 'mac: Dynamically assign MAC address.')

/** CAP-01 to CAP-04: the MAC that a runtime passes on. */
export const macCases: readonly Case[] = [
  {
    id: 'CAP-01',
    title: 'The MAC that is asked for is set and reported',
    sentence: OF_MAC,
    kinds: ['main', 'meta'],
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      const { attachment, added } = await withArgs(bench, { mac: MAC })
      return findings(macFaults(attachment, added, MAC), added.run)
    },
  },
  {
    id: 'CAP-02',
    title: 'A MAC in capitals is set, and CHECK holds',
    sentence: OF_MAC,
    kinds: ['main', 'meta'],
    versions: 'once',
    since: '0.4.0',
    run: async (bench) => {
      const { attachment, added } = await withArgs(bench, { mac: '02:00:5E:00:53:AB' })
      return [
        ...findings(macFaults(attachment, added, '02:00:5e:00:53:ab'), added.run),
        ...succeeds(await attachment.run('CHECK'), 'CHECK after a MAC in capitals'),
      ]
    },
  },
  {
    id: 'CAP-03',
    title: 'A MAC that is none is refused, and nothing is left',
    sentence: OF_MAC,
    kinds: ['main', 'meta'],
    versions: 'once',
    run: (bench) => refusedArgs(bench, { mac: 'no-mac' }),
  },
  {
    id: 'CAP-04',
    title: 'runtimeConfig goes before CNI_ARGS',
    kinds: ['main', 'meta'],
    versions: 'once',
    sentence: convention(
      'CNI_ARGS',
      'MUST',
      'If a runtime passes an equivalent key via args and the plugin understands args, the plugin must ignore the CNI_ARGS field.',
    ),
    run: async (bench) => {
      const { attachment, added } = await withArgs(
        bench,
        { mac: MAC },
        { CNI_ARGS: `IgnoreUnknown=1;MAC=${OTHER_MAC}` },
      )
      return findings(macFaults(attachment, added, MAC), added.run)
    },
  },
]

function macFaults(attachment: Attachment, { result }: Added, mac: string): readonly string[] {
  const { ifName } = attachment
  const link = linkOf(attachment)
  const told = newest(result).interfaces?.find((one) => one.name === ifName && one.sandbox)?.mac
  return [
    ...(link?.mac === mac ? [] : [`${ifName} has MAC ${link?.mac ?? 'none'}, not ${mac}`]),
    ...(told === undefined || told.toLowerCase() === mac ? [] : [`the result says ${told}, not ${mac}`]),
  ]
}

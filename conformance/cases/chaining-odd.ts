import { type VersionedResult, versionedResult } from '../../src/cni/index.ts'
import type { Bench } from '../bench/bench.ts'
import { fails, succeeds } from '../bench/judge.ts'
import { succeeded } from '../bench/run-record.ts'
import { type Case, convention, type Finding, practice } from '../case.ts'
import { NotRun } from '../not-run.ts'

const CHAINED = convention(
  'Chained Plugins',
  'SHOULD',
  'If plugins are agnostic about the type of interface created, they SHOULD work in a chained mode and configure existing interfaces.',
)

/** CHN-07, 08, 12: a result of the plugin before that is not the usual one. */
export const oddResultCases: readonly Case[] = [
  ofOddResult(
    'CHN-07',
    'A prevResult that says no cniVersion is of the configuration’s',
    'NOTE',
    ({ cniVersion: _, ...rest }) => rest as VersionedResult,
  ),
  {
    id: 'CHN-08',
    title: 'A prevResult of another version is converted, or refused cleanly',
    sentence: practice('NOTE', 'A runtime hands over each result in the version its plugin printed it in.'),
    kinds: ['meta'],
    since: '1.0.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.prepare()
      const previous = versionedResult({ ...attachment.prevResult(), cniVersion: '0.4.0' }, '0.4.0', 'prevResult')
      const run = await attachment.run('ADD', { prevResult: previous })
      return succeeded(run) ? [] : fails(run, 'ADD with a prevResult of 0.4.0')
    },
  },
  ofOddResult(
    'CHN-12',
    'It works after a plugin that gives no addresses, or refuses cleanly',
    'SHOULD',
    (previous) => ({ ...previous, ips: [], routes: [] }),
  ),
]

function ofOddResult(
  id: string,
  title: string,
  level: 'SHOULD' | 'NOTE',
  change: (previous: VersionedResult) => VersionedResult,
): Case {
  const run = async (bench: Bench): Promise<readonly Finding[]> => {
    const attachment = bench.attachment()
    await attachment.prepare()
    const previous = attachment.prevResult()
    if (previous === undefined) throw new NotRun('there is no plugin before it')
    const add = await attachment.run('ADD', { prevResult: change(previous) })
    if (level === 'NOTE') return succeeds(add, 'ADD')
    return succeeded(add) ? [] : fails(add, 'ADD')
  }
  return {
    id,
    title,
    sentence:
      level === 'NOTE'
        ? practice(level, 'The examples of the specification have no cniVersion in prevResult.')
        : CHAINED,
    kinds: ['meta'],
    since: '0.3.0',
    versions: 'once',
    run,
  }
}

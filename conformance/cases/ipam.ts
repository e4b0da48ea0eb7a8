import { isJsonObject, type JsonObject } from '../../src/cni/index.ts'
import type { ConfigChange } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { standInAttachment } from '../bench/ipam.ts'
import { fails, findings, succeeds, unchanged } from '../bench/judge.ts'
import { entriesOf } from '../bench/result-faults.ts'
import { printedObject, succeeded } from '../bench/run-record.ts'
import { addressText, newest } from '../bench/view.ts'
import { type Case, cni, cni040, type Finding, practice } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'
import { afterDel } from './after-del.ts'

const RELEASE = cni(
  '2 DEL',
  'MUST',
  'An IPAM plugin should generally release an IP allocation and return success even if the container network namespace no longer exists.',
)

/** IPM: IPAM plugins by themselves, and a main plugin with one that gives nothing. */
export const ipamCases: readonly Case[] = [
  {
    id: 'IPM-01',
    title: 'It answers with addresses, or with an error',
    kinds: ['ipam'],
    versions: 'each',
    since: '0.3.0',
    sentence: cni('5 Delegated plugins (IPAM)', 'MUST', 'ips: Additionally, ips must be assigned by the plugin.'),
    run: async (bench) => {
      const { result, run } = await bench.attachment().added()
      const without = entriesOf(result, 'ips').filter(({ address }) => typeof address !== 'string')
      return without.length === 0 ? [] : findings(['an entry of ips has no address'], run)
    },
  },
  afterDel(
    'IPM-02',
    'DEL releases with neither sandbox nor prevResult',
    RELEASE,
    async (attachment) => [await attachment.run('DEL', { prevResult: undefined, env: { CNI_NETNS: '' } })],
    { kinds: ['ipam'], hostOnly: true },
  ),
  {
    id: 'IPM-03',
    title: 'DEL of what it never gave, and DEL twice, succeed',
    sentence: RELEASE,
    kinds: ['ipam'],
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      return [
        ...succeeds(await attachment.run('DEL'), 'DEL of an unknown container'),
        ...succeeds(await attachment.run('DEL'), 'the second DEL'),
      ]
    },
  },
  {
    id: 'IPM-04',
    title: 'An exhausted range is an error, and what was taken of others is given back',
    kinds: ['ipam'],
    versions: 'once',
    since: '0.3.0',
    sentence: practice('SHOULD', 'A pool has an end.'),
    run: async (bench) => {
      // One address of the first range, more of the second: which of them ends first does not matter to the caller.
      const config = withRanges(bench, [['198.51.100.0/30'], ['203.0.113.0/24']])
      for (let at = 0; at < 5; at += 1) {
        const attachment = bench.attachment({ config })
        const before = bench.snapshot()
        const run = await attachment.run('ADD')
        if (!succeeded(run))
          return [
            ...fails(run, 'ADD of an exhausted range'),
            ...unchanged(before, bench.snapshot(), 'the ADD of an exhausted range left something', run),
          ]
      }
      return findings(['of a subnet with two addresses five were given'])
    },
  },
  {
    id: 'IPM-05',
    title: 'Two interfaces of a container have addresses of their own',
    kinds: ['ipam'],
    versions: 'once',
    since: '0.3.0',
    sentence: cni040(
      'General considerations',
      'MUST',
      'Plugins that store state should do so using a primary key of (network name, CNI_CONTAINERID, CNI_IFNAME).',
    ),
    run: async (bench) => {
      if (isJsonObject(subjectConfig(bench.subject)['ipam']) && 'addresses' in ipamOf(bench))
        throw new NotRun('its addresses are written in the configuration')
      const sandbox = bench.sandbox()
      const given: string[] = []
      for (const ifName of ['eth0', 'eth1']) {
        const { result } = await bench.attachment({ sandbox, ifName, containerId: 'twice' }).added()
        given.push(...(newest(result).ips ?? []).map(({ address }) => address))
      }
      const twice = given.filter((one, at) => given.indexOf(one) !== at)
      return findings(twice.map((one) => `${one} was given to both`))
    },
  },
  {
    id: 'IPM-06',
    title: "The subnet's own address, its broadcast address and its gateway are never given",
    kinds: ['ipam'],
    versions: 'once',
    since: '0.3.0',
    sentence: practice('SHOULD', 'These addresses are not for hosts.'),
    run: async (bench) => {
      const config = withRanges(bench, [['198.51.100.0/29']])
      const given: string[] = []
      for (let at = 0; at < 8; at += 1) {
        const run = await bench.attachment({ config }).run('ADD')
        const result = printedObject(run)
        if (!succeeded(run) || result === undefined) break
        given.push(...entriesOf(result, 'ips').map(({ address }) => addressText(String(address).split('/')[0] ?? '')))
      }
      const wrong = given.filter((one) => ['198.51.100.0', '198.51.100.7', '198.51.100.1'].includes(one))
      return findings(wrong.map((one) => `${one} was given`))
    },
  },
  afterDel(
    'IPM-07',
    'DEL releases when the ranges of the configuration have changed',
    cni(
      '2 DEL',
      'SHOULD',
      'Plugins should generally complete a DEL action without error even if some resources are missing.',
    ),
    async (attachment, bench) => {
      withRanges(bench, [])
      const config: ConfigChange = (written) => ({
        ...written,
        ipam: { type: (written['ipam'] as JsonObject)['type'] ?? '' },
      })
      return [await attachment.run('DEL', { config })]
    },
    { kinds: ['ipam'] },
  ),
  {
    id: 'IPM-08',
    title: 'An IPAM plugin that gives no address is an error, or an interface without one; an error leaves nothing',
    kinds: ['main'],
    versions: 'once',
    sentence: cni('5 Delegated plugins (IPAM)', 'MUST', 'Delegated plugins may omit irrelevant sections.'),
    run: async (bench) => {
      await bench.warmUp()
      const { attachment } = standInAttachment(bench, { ADD: { result: {} } })
      const before = bench.snapshot(attachment.sandbox)
      const run = await attachment.run('ADD')
      if (succeeded(run)) return []
      const found: readonly Finding[] = fails(run, 'ADD with an IPAM plugin that gives nothing')
      return [
        ...found,
        ...unchanged(
          before,
          bench.snapshot(attachment.sandbox),
          'ADD with an IPAM plugin that gives nothing left something',
          run,
        ),
      ]
    },
  },
]

function ipamOf({ subject }: Bench): JsonObject {
  const { ipam } = subjectConfig(subject)
  return isJsonObject(ipam) ? ipam : {}
}

// The way host-local and its kin write their ranges; a plugin that is configured otherwise cannot be told one.
function withRanges(bench: Bench, subnets: readonly (readonly string[])[]): ConfigChange {
  const { type = '', subnet, ranges } = ipamOf(bench)
  if (subnet === undefined && ranges === undefined) throw new NotRun('its configuration has no ranges')
  return (config) => ({ ...config, ipam: { type, ranges: subnets.map((set) => set.map((one) => ({ subnet: one }))) } })
}

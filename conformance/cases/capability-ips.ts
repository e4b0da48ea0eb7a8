import type { Bench } from '../bench/bench.ts'
import { findings } from '../bench/judge.ts'
import { newest } from '../bench/view.ts'
import { type Case, convention, type Finding } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { refusedArgs, requireCapability, withArgs } from './with-args.ts'

const OF_IPS = convention(
  'Dynamic Plugin specific fields',
  'SHOULD',
  'ips: Dynamically allocate IPs for container interface. Runtime which has ability of handle IP address could pass these to plugins.',
)

/** CAP-05, CAP-06: the addresses that a runtime passes on. */
export const ipsCases: readonly Case[] = [
  {
    id: 'CAP-05',
    title: 'The addresses that are asked for are given, and no others',
    sentence: OF_IPS,
    kinds: ['main', 'ipam'],
    versions: 'once',
    since: '0.3.0',
    run: async (bench) => {
      requireCapability(bench, 'ips')
      const wanted = neighbours(await givenAddresses(bench), 40)
      const { added } = await withArgs(bench, { ips: wanted })
      const got = (newest(added.result).ips ?? []).map(({ address }) => address)
      const missing = wanted.filter((address) => !got.includes(address))
      const more = got.filter((address) => !wanted.includes(address))
      return findings(
        [
          ...missing.map((one) => `${one} was asked for, and not given`),
          ...more.map((one) => `${one} was given, and not asked for`),
        ],
        added.run,
      )
    },
  },
  {
    id: 'CAP-06',
    title: 'Addresses that are outside, taken or the gateway are refused, and nothing is left',
    sentence: OF_IPS,
    kinds: ['ipam'],
    versions: 'once',
    since: '0.3.0',
    run: async (bench) => {
      requireCapability(bench, 'ips')
      await bench.warmUp()
      const { result } = await bench.attachment().added()
      const [taken] = newest(result).ips ?? []
      if (taken === undefined) throw new NotRun('it gives no addresses')
      const length = taken.address.split('/')[1]
      const asked = {
        outside: '192.0.2.77/24',
        taken: taken.address,
        ...(taken.gateway ? { 'the gateway': `${taken.gateway}/${length}` } : {}),
      }
      const found: Finding[] = []
      for (const [what, address] of Object.entries(asked))
        found.push(...(await refusedArgs(bench, { ips: [address] }, `an address that is ${what}`)))
      return found
    },
  },
]

async function givenAddresses(bench: Bench): Promise<readonly string[]> {
  const attachment = bench.attachment()
  const { result } = await attachment.added()
  await attachment.deleted()
  return (newest(result).ips ?? []).map(({ address }) => address)
}

// Addresses of the same subnets, some way on.
function neighbours(addresses: readonly string[], by: number): readonly string[] {
  return addresses.map((one) =>
    one.replace(/([0-9a-f]+)\/(\d+)$/, (_, last: string, length: string) =>
      one.includes(':')
        ? `${(Number.parseInt(last, 16) + by).toString(16)}/${length}`
        : `${Number(last) + by}/${length}`,
    ),
  )
}

import { canonicalAddress, canonicalCidr, isJsonObject } from '../../src/cni/index.ts'
import type { Bench } from '../bench/bench.ts'
import { standInAttachment } from '../bench/ipam.ts'
import { findings } from '../bench/judge.ts'
import { entriesOf, ipVersionFaults, shapeFaults, versionFaults } from '../bench/result-faults.ts'
import { printedObject, type RunRecord, saidOf, succeeded } from '../bench/run-record.ts'
import { type Case, cni, cni040, EVERY_KIND } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'

/** RES: what ADD prints. */
export const resultCases: readonly Case[] = [
  {
    id: 'RES-01',
    title: 'ADD prints exactly one JSON object',
    sentence: cni(
      '5 Result Types',
      'MUST',
      'For certain operations, plugins must output result information as JSON on standard out.',
    ),
    kinds: EVERY_KIND,
    versions: 'each',
    run: async (bench) => {
      const run = await successfulAdd(bench)
      return printedObject(run) === undefined ? findings(['what ADD printed is not one JSON object'], run) : []
    },
  },
  ofPrinted(
    'RES-02',
    "The result's cniVersion is the configuration's",
    cni('5 ADD Success', 'MUST', 'cniVersion: The same version supplied on input.'),
    (result, { version }) => versionFaults(result, version),
  ),
  ofPrinted(
    'RES-03',
    'Every field of the result has the type its version gives it',
    cni(
      '5 ADD Success',
      'MUST',
      'Plugins must output a JSON object with the following keys upon a successful add operation.',
    ),
    (result, { version }) => shapeFaults(result, version),
  ),
  {
    ...ofPrinted(
      'RES-06',
      'Addresses say their IP version where the version of the result has it, and only there',
      cni040(
        'IPs',
        'MUST',
        'version (string): either "4" or "6" and corresponds to the IP version of the addresses in the entry.',
      ),
      (result, { version }) => ipVersionFaults(result, version),
    ),
    since: '0.3.0',
  },
  ofPrinted(
    'RES-07',
    'Gateways are in the subnet of their address, and destinations have no host bits',
    cni('5 ADD Success', 'SHOULD', 'gateway: the default gateway for this subnet, if one exists.'),
    (result) => [...gatewayFaults(result), ...destinationFaults(result)],
  ),
  {
    id: 'RES-08',
    title: "The IPAM plugin's DNS settings are in the result",
    sentence: cni040(
      'Result',
      'SHOULD',
      'The ips and dns items should be the same output as was returned by the IPAM plugin.',
    ),
    kinds: ['main'],
    versions: 'each',
    run: async (bench) => {
      if (isJsonObject(subjectConfig(bench.subject)['dns'])) throw new NotRun('its configuration sets dns itself')
      const dns = { nameservers: ['198.51.100.53'], search: ['conformance.example'] }
      const ips = [{ address: '198.51.100.5/24' }]
      const { attachment } = standInAttachment(bench, { ADD: { result: { ips, dns } } })
      const { result, run } = await attachment.added()
      const told = JSON.stringify(result['dns'] ?? {})
      return told.includes('198.51.100.53')
        ? []
        : findings([`the IPAM plugin said ${JSON.stringify(dns)}, the result says ${told}`], run)
    },
  },
  {
    id: 'RES-11',
    title: 'An IPAM plugin answers with addresses, routes and DNS, and with no interfaces',
    sentence: cni(
      '5 Delegated plugins (IPAM)',
      'MUST',
      'Delegated plugins may omit irrelevant sections: the result is abbreviated and has no interfaces array and no interface property on ips.',
    ),
    kinds: ['ipam'],
    versions: 'each',
    run: async (bench) => {
      const result = printedObject(await successfulAdd(bench)) ?? {}
      return findings([
        ...(entriesOf(result, 'interfaces').length > 0 ? ['the result lists interfaces'] : []),
        ...(entriesOf(result, 'ips').some((ip) => 'interface' in ip) ? ['an address points at an interface'] : []),
      ])
    },
  },
]

function ofPrinted(
  id: string,
  title: string,
  sentence: Case['sentence'],
  faults: (result: NonNullable<ReturnType<typeof printedObject>>, bench: Bench) => readonly string[],
): Case {
  const run: Case['run'] = async (bench) => {
    const add = await successfulAdd(bench)
    const result = printedObject(add)
    if (result === undefined) throw new NotRun('ADD printed no JSON object; RES-01 tells of that')
    return findings(faults(result, bench), add)
  }
  return { id, title, sentence, kinds: EVERY_KIND, versions: 'each', run }
}

async function successfulAdd(bench: Bench): Promise<RunRecord> {
  const attachment = bench.attachment()
  await attachment.prepare()
  const run = await attachment.run('ADD')
  if (succeeded(run)) return run
  throw new NotRun(`ADD failed, so that there is nothing to look at: ${saidOf(run)}`)
}

function gatewayFaults(result: Parameters<typeof entriesOf>[0]): readonly string[] {
  return entriesOf(result, 'ips').flatMap(({ address, gateway }, at) => {
    if (typeof gateway !== 'string' || gateway === '') return []
    const subnet = canonicalCidr(String(address))
    const isHost = subnet?.prefix === (subnet?.family === 4 ? 32 : 128)
    if (subnet === undefined || isHost || sameSubnet(gateway, subnet)) return []
    return [`ips[${at}].gateway ${gateway} is not in the subnet of ${String(address)}`]
  })
}

function destinationFaults(result: Parameters<typeof entriesOf>[0]): readonly string[] {
  return entriesOf(result, 'routes').flatMap(({ dst }, at) => {
    const cidr = canonicalCidr(String(dst))
    if (cidr === undefined) return []
    const [value, bits] = bitsOf(cidr.address)
    const rest = value & ((1n << BigInt(bits - cidr.prefix)) - 1n)
    return rest === 0n ? [] : [`routes[${at}].dst ${String(dst)} has bits beyond its length`]
  })
}

function sameSubnet(
  gateway: string,
  { address, prefix, family }: NonNullable<ReturnType<typeof canonicalCidr>>,
): boolean {
  const other = canonicalAddress(gateway)
  if (other?.family !== family) return false
  const [[a, bits], [b]] = [bitsOf(address), bitsOf(other.address)]
  const shift = BigInt(bits - prefix)
  return a >> shift === b >> shift
}

// An address as one number, and how many bits it has.
function bitsOf(address: string): readonly [bigint, number] {
  if (!address.includes(':')) return [address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n), 32]
  const [head = '', tail] = address.split('::')
  const words = (text: string | undefined): readonly string[] => (text ? text.split(':') : [])
  const [front, back] = [words(head), words(tail)]
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => '0')
  return [[...front, ...zeros, ...back].reduce((sum, word) => (sum << 16n) + BigInt(`0x${word}`), 0n), 128]
}

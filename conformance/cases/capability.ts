import { declaresCapability, type Json, type JsonObject } from '../../src/cni/index.ts'
import type { Added, Attachment } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { fails, findings, succeeds, unchanged } from '../bench/judge.ts'
import { succeeded } from '../bench/run-record.ts'
import { difference } from '../bench/snapshot.ts'
import { linkIn, newest, sandboxIps } from '../bench/view.ts'
import { type Case, cni, convention, EVERY_KIND, type Finding, NotRun } from '../case.ts'
import { subjectConfig } from '../subject.ts'

const MAC = '02:00:5e:00:53:01'
const OTHER_MAC = '02:00:5e:00:53:02'
const OF_MAC = convention('Dynamic Plugin specific fields', 'SHOULD', 'mac: Dynamically assign MAC address.')
const OF_IPS = convention(
  'Dynamic Plugin specific fields',
  'SHOULD',
  'ips: Dynamically allocate IPs for container interface. Runtime which has ability of handle IP address could pass these to plugins.',
)
const OF_PORTS = convention(
  'Dynamic Plugin specific fields',
  'SHOULD',
  'portMappings: Pass mapping from ports on the host to ports in the container network namespace.',
)

/** CAP: what a runtime passes on for a single container. */
export const capabilityCases: readonly Case[] = [
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
      'If a plugin supports both args and CNI_ARGS, CNI_ARGS must be ignored where the other is given.',
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
  {
    id: 'CAP-07',
    title: 'Every port mapping has its rules, for the address of this container',
    sentence: OF_PORTS,
    kinds: ['meta'],
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      requireCapability(bench, 'portMappings')
      const tcp = Array.from({ length: 18 }, (_, at) => ({
        hostPort: 21000 + at,
        containerPort: 80 + at,
        protocol: 'tcp',
      }))
      const portMappings = [...tcp, { hostPort: 22000, containerPort: 53, protocol: 'udp' }]
      await bench.warmUp()
      const attachment = bench.attachment({ capabilityArgs: { portMappings } })
      await attachment.prepare()
      const before = bench.snapshot()
      const { result, run } = await attachment.added()
      const came = difference(before, bench.snapshot()).came
      const address = sandboxIps(newest(result), attachment.ifName)[0]?.ip.address.split('/')[0] ?? 'no address'
      return findings(
        portMappings
          .filter(
            ({ hostPort, containerPort, protocol }) =>
              !came.some(
                (line) =>
                  line.includes(protocol) &&
                  line.includes(String(hostPort)) &&
                  line.includes(`${address}:${containerPort}`),
              ),
          )
          .map(
            ({ hostPort, containerPort, protocol }) =>
              `no rule leads ${protocol} ${hostPort} to ${address}:${containerPort}`,
          ),
        run,
      )
    },
  },
  {
    id: 'CAP-08',
    title: 'Without port mappings there are no rules',
    sentence: OF_PORTS,
    kinds: ['meta'],
    versions: 'once',
    run: async (bench) => {
      requireCapability(bench, 'portMappings')
      await bench.warmUp()
      const found: Finding[] = []
      for (const portMappings of [undefined, []]) {
        const attachment = bench.attachment({
          config: (config) => ({ ...config, runtimeConfig: portMappings && { portMappings } }),
        })
        await attachment.prepare()
        const before = bench.snapshot()
        const { run } = await attachment.added()
        found.push(...unchanged(before, bench.snapshot(), 'ADD without port mappings changed something', run))
      }
      return found
    },
  },
  {
    id: 'CAP-09',
    title: 'The rates that are asked for are set in both directions; a rate without a burst is refused',
    kinds: ['main', 'meta'],
    versions: 'once',
    sentence: convention(
      'Dynamic Plugin specific fields',
      'SHOULD',
      'bandwidth: Dynamically configure interface bandwidth limits, in bits per second.',
    ),
    run: async (bench) => {
      const bandwidth = {
        ingressRate: 8_000_000,
        ingressBurst: 800_000,
        egressRate: 16_000_000,
        egressBurst: 1_600_000,
      }
      requireCapability(bench, 'bandwidth')
      const attachment = bench.attachment({ capabilityArgs: { bandwidth } })
      await attachment.prepare()
      const before = bench.snapshot()
      const { run } = await attachment.added()
      const queues = difference(before, bench.snapshot()).came.filter((line) => line.startsWith('qdisc'))
      const missing = [bandwidth.ingressRate, bandwidth.egressRate].filter(
        (rate) => !queues.some((line) => line.includes(`"rate":${rate / 8}`)),
      )
      return [
        ...(missing.length === 0
          ? []
          : [
              {
                found: `no queue has a rate of ${missing.map((rate) => rate / 8).join(' or ')} bytes per second`,
                run,
                held: queues,
              },
            ]),
        ...(await refusedArgs(bench, { bandwidth: { ingressRate: 8_000_000 } }, 'a rate without a burst', false)),
      ]
    },
  },
  {
    id: 'CAP-10',
    title: 'A device that is not there is refused, and nothing is changed',
    kinds: ['main'],
    versions: 'once',
    sentence: convention(
      'Dynamic Plugin specific fields',
      'SHOULD',
      'deviceID: Provide device identifier of the network device.',
    ),
    run: (bench) => refusedArgs(bench, { deviceID: '0000:ff:1f.7' }),
  },
  {
    id: 'CAP-11',
    title: 'It works without runtimeConfig, and with keys of it that it does not know',
    kinds: EVERY_KIND,
    versions: 'once',
    sentence: cni(
      '1 Plugin configuration objects',
      'MUST',
      'runtimeConfig: keys are for capabilities that the plugin declared; a runtime may have none.',
    ),
    run: async (bench) => {
      const found: Finding[] = []
      for (const runtimeConfig of [undefined, {}, { 'org.example.conformance': { a: 1 } }]) {
        const attachment = bench.attachment({
          config: (config) => ({ ...config, runtimeConfig: merged(config['runtimeConfig'], runtimeConfig) }),
        })
        await attachment.prepare()
        const run = await attachment.run('ADD')
        // A plugin may need what it is given: then it says so.
        if (!succeeded(run))
          found.push(
            ...(runtimeConfig === undefined
              ? fails(run, 'ADD without runtimeConfig')
              : succeeds(run, `ADD with runtimeConfig ${JSON.stringify(runtimeConfig)}`)),
          )
        await attachment.run('DEL')
      }
      return found
    },
  },
  {
    id: 'CAP-12',
    title: 'Further capabilities that are declared are taken',
    kinds: EVERY_KIND,
    versions: 'once',
    sentence: convention('Dynamic Plugin specific fields', 'NOTE', 'ipRanges, dns, aliases, infinibandGUID'),
    run: async (bench) => {
      const args = {
        ipRanges: [[{ subnet: '198.51.100.0/24' }]],
        dns: { servers: ['198.51.100.53'] },
        aliases: ['conformance'],
      }
      const declared = Object.entries(args).filter(([capability]) =>
        declaresCapability(subjectConfig(bench.subject), capability),
      )
      if (declared.length === 0) throw new NotRun('its configuration declares none of them')
      const attachment = bench.attachment({ capabilityArgs: Object.fromEntries(declared) as JsonObject })
      await attachment.prepare()
      return succeeds(await attachment.run('ADD'), `ADD with ${declared.map(([capability]) => capability).join(', ')}`)
    },
  },
]

function requireCapability({ subject }: Bench, capability: string): void {
  if (!declaresCapability(subjectConfig(subject), capability))
    throw new NotRun(`its configuration does not declare the capability ${capability}`)
}

async function withArgs(
  bench: Bench,
  capabilityArgs: JsonObject,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly attachment: Attachment; readonly added: Added }> {
  for (const capability of Object.keys(capabilityArgs)) requireCapability(bench, capability)
  const attachment = bench.attachment({ capabilityArgs })
  return { attachment, added: await attachment.added({ env }) }
}

async function refusedArgs(
  bench: Bench,
  capabilityArgs: JsonObject,
  what = JSON.stringify(capabilityArgs),
  judgeLeftovers = true,
): Promise<readonly Finding[]> {
  for (const capability of Object.keys(capabilityArgs)) requireCapability(bench, capability)
  if (judgeLeftovers) await bench.warmUp()
  const attachment = bench.attachment({ capabilityArgs })
  await attachment.prepare()
  const before = bench.snapshot(attachment.sandbox)
  const run = await attachment.run('ADD')
  const left = judgeLeftovers
    ? unchanged(before, bench.snapshot(attachment.sandbox), `ADD with ${what} left something`, run)
    : []
  return [...fails(run, `ADD with ${what}`), ...left]
}

function macFaults({ sandbox, ifName }: Attachment, { result }: Added, mac: string): readonly string[] {
  const link = linkIn({ sandbox: sandbox.name }, ifName)
  const told = newest(result).interfaces?.find((one) => one.name === ifName && one.sandbox)?.mac
  return [
    ...(link?.mac === mac ? [] : [`${ifName} has MAC ${link?.mac ?? 'none'}, not ${mac}`]),
    ...(told === undefined || told.toLowerCase() === mac ? [] : [`the result says ${told}, not ${mac}`]),
  ]
}

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

function merged(given: Json | undefined, more: Record<string, Json> | undefined): Json | undefined {
  return more === undefined ? undefined : { ...(given as JsonObject | undefined), ...more }
}

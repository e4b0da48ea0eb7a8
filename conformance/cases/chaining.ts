import { declaresCapability, type Interface, type Result, type VersionedResult } from '../../src/cni/index.ts'
import type { Added, Attachment } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { fails, findings, succeeds, unchanged } from '../bench/judge.ts'
import { printedObject, succeeded } from '../bench/run-record.ts'
import { difference } from '../bench/snapshot.ts'
import { newest, sandboxIps } from '../bench/view.ts'
import { type Case, cni, cni040, type Finding, practice } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'

const PASS_ON = cni(
  '5 ADD Success',
  'MUST',
  'Plugins provided a prevResult key as part of their request configuration must output a result equivalent to prevResult, with any possible modifications.',
)

/** CHN: what a plugin makes of the result of the plugins before it. */
export const chainingCases: readonly Case[] = [
  ofPrevious(
    'CHN-01',
    'What it was handed it hands on: addresses, routes, DNS and interfaces',
    PASS_ON,
    (previous) => ({ ...previous, dns: { nameservers: ['198.51.100.53'], domain: 'conformance.example' } }),
    (handed, made) => [
      ...['ips', 'routes', 'dns']
        .filter((key) => JSON.stringify(handed[key] ?? []) !== JSON.stringify(made[key] ?? []))
        .map((key) => `${key} was ${JSON.stringify(handed[key])}, and is ${JSON.stringify(made[key]) ?? 'gone'}`),
      ...namesOf(handed)
        .filter((name) => !namesOf(made).includes(name))
        .map((name) => `interface ${name} is gone`),
    ],
  ),
  ofPrevious(
    'CHN-02',
    'An interface of the host that has the same name is left as it is in the result',
    PASS_ON,
    (previous, ifName) => ({
      ...previous,
      interfaces: [...(previous.interfaces ?? []), { name: ifName, mac: HOST_MAC }],
    }),
    (_handed, made, ifName) => {
      const twin = made.interfaces?.find(({ name, sandbox }) => name === ifName && !sandbox)
      return twin?.mac === HOST_MAC
        ? []
        : [`${ifName} of the host had MAC ${HOST_MAC}, and now has ${twin?.mac ?? 'none'}`]
    },
  ),
  {
    id: 'CHN-03',
    title: 'A change of the MTU is in the result',
    sentence: cni('5 ADD Success', 'SHOULD', 'mtu: The MTU of the interface (if applicable).'),
    kinds: ['meta'],
    since: '1.1.0',
    versions: 'each',
    run: async (bench) => {
      const { mtu } = subjectConfig(bench.subject)
      if (typeof mtu !== 'number') throw new NotRun('its configuration sets no mtu')
      const attachment = bench.attachment()
      const { result, run } = await attachment.added()
      const told = ownOf(newest(result), attachment.ifName)?.mtu
      return told === mtu ? [] : findings([`the MTU was set to ${mtu}, the result says ${told ?? 'nothing'}`], run)
    },
  },
  ofPrevious(
    'CHN-04',
    'Interfaces it adds come after those it was handed',
    PASS_ON,
    (previous) => previous,
    (handed, made) => {
      const order = namesOf(made).slice(0, namesOf(handed).length)
      return order.join() === namesOf(handed).join()
        ? []
        : [`it was handed ${namesOf(handed).join(', ')}, and begins with ${order.join(', ')}`]
    },
  ),
  {
    id: 'CHN-05',
    title: 'A plugin that makes an interface and is handed a result passes it on, changes it, or refuses',
    sentence: cni040(
      'Network Configuration Lists',
      'MUST',
      'Plugins MUST handle prevResult by either passing it through, modifying it, or suppressing it explicitly. It is a violation of this specification to be unaware of the prevResult field.',
    ),
    kinds: ['main'],
    since: '0.3.0',
    versions: 'each',
    run: async (bench) => {
      const attachment = bench.attachment()
      const prevResult = { cniVersion: bench.version, ...otherResult(bench, attachment) } as VersionedResult
      const run = await attachment.run('ADD', { prevResult })
      if (!succeeded(run)) return fails(run, 'ADD with a prevResult')
      return JSON.stringify(printedObject(run)).includes('other7')
        ? []
        : findings(['the result it was handed is gone, without a word'], run)
    },
  },
  {
    id: 'CHN-06',
    title: 'Without a prevResult a plugin that changes one fails cleanly, or works alone',
    sentence: PASS_ON,
    kinds: ['meta'],
    since: '0.3.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.prepare()
      const found: Finding[] = []
      for (const [what, config] of Object.entries({
        '': (one: object) => ({ ...one }),
        ' and without runtimeConfig': (one: object) => ({ ...one, runtimeConfig: undefined }),
      })) {
        const run = await attachment.run('ADD', { prevResult: undefined, config })
        if (!succeeded(run)) found.push(...fails(run, `ADD without prevResult${what}`))
      }
      return found
    },
  },
  {
    id: 'CHN-09',
    title: 'What it does for addresses it does for those in the sandbox',
    sentence: cni(
      '5 ADD Success',
      'SHOULD',
      'interface: the index of the interface this IP configuration should be applied to.',
    ),
    kinds: ['meta'],
    since: '0.3.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.prepare()
      const previous = newest(attachment.prevResult() ?? { cniVersion: bench.version })
      const interfaces = [...(previous.interfaces ?? []), { name: 'uplink7' }]
      const ips = [{ address: '203.0.113.9/24', interface: interfaces.length - 1 }, ...(previous.ips ?? [])]
      const before = bench.snapshot(attachment.sandbox)
      const run = await attachment.run('ADD', {
        prevResult: { ...previous, interfaces, ips, cniVersion: bench.version },
      })
      if (!succeeded(run)) return succeeds(run, 'ADD with an address of the host in prevResult')
      const held = difference(before, bench.snapshot(attachment.sandbox)).came.filter((line) =>
        line.includes('203.0.113.9'),
      )
      return held.length === 0 ? [] : [{ found: "it took the host's address for the container's", run, held }]
    },
  },
  {
    id: 'CHN-10',
    title: 'It works on the interface CNI_IFNAME, not on the first or on eth0',
    sentence: cni('2 Parameters', 'SHOULD', 'CNI_IFNAME: Name of the interface to create inside the container.'),
    kinds: ['meta'],
    since: '0.3.0',
    versions: 'once',
    run: async (bench) => {
      const sandbox = bench.sandbox()
      const [first, second] = [
        bench.attachment({ sandbox, ifName: 'eth0', containerId: 'two' }),
        bench.attachment({ sandbox, ifName: 'net1', containerId: 'two' }),
      ]
      await first.prepare()
      await second.prepare()
      const addresses = sandboxIps(newest(first.prevResult() ?? { cniVersion: bench.version }), 'eth0').map(
        ({ ip: { address } }) => address.split('/')[0] ?? '',
      )
      const ofEth0 = (): readonly string[] =>
        bench
          .snapshot(sandbox)
          .filter(
            (line) =>
              / eth0 /.test(line) || addresses.some((one) => line.includes(`${one}/`) || line.includes(`${one} `)),
          )
      const before = ofEth0()
      const { run } = await second.added()
      return unchanged(before, ofEth0(), 'ADD of net1 changed something of eth0', run)
    },
  },
  ofPrevious(
    'CHN-11',
    'Keys of prevResult that it does not know are in its result',
    practice('NOTE', 'libcni itself drops keys it does not know.'),
    (previous) => ({ ...previous, 'org.example/conformance': 'yes' }),
    (_handed, made) => (made['org.example/conformance'] === 'yes' ? [] : ['org.example/conformance is gone']),
  ),
]

const HOST_MAC = '02:00:5e:00:53:77'

function ofPrevious(
  id: string,
  title: string,
  sentence: Case['sentence'],
  handOver: (previous: Result, ifName: string) => Result,
  faults: (handed: Result, made: Result, ifName: string) => readonly string[],
): Case {
  const run = async (bench: Bench): Promise<readonly Finding[]> => {
    // Where it can be given a MAC it is, so that there is something that it changes.
    const changes = declaresCapability(subjectConfig(bench.subject), 'mac')
    const attachment = bench.attachment(changes ? { capabilityArgs: { mac: '02:00:5e:00:53:31' } } : {})
    await attachment.prepare()
    const before = newest(attachment.prevResult() ?? { cniVersion: bench.version })
    const handed = handOver(before, attachment.ifName)
    const prevResult = { ...attachment.prevResult(), ...asWritten(handed, before), cniVersion: bench.version }
    const { result, run: add }: Added = await attachment.added({ prevResult: prevResult as VersionedResult })
    return findings(faults(newest(prevResult as VersionedResult), newest(result), attachment.ifName), add)
  }
  return { id, title, sentence, kinds: ['meta'], since: '0.3.0', versions: 'each', run }
}

// Only what a case changed: the rest stays as the plugin before wrote it, in its own version's shape.
function asWritten(handed: Result, before: Result): Partial<Result> {
  return Object.fromEntries(Object.entries(handed).filter(([key, value]) => value !== before[key]))
}

function otherResult(bench: Bench, { sandbox }: Attachment): object {
  const ip = { address: '203.0.113.7/24', interface: 0 }
  const isOld = ['0.3.0', '0.3.1', '0.4.0'].includes(bench.version)
  return {
    interfaces: [{ name: 'other7', mac: HOST_MAC, sandbox: sandbox.path }],
    ips: [isOld ? { version: '4', ...ip } : ip],
  }
}

function ownOf(result: Result, ifName: string): Interface | undefined {
  return result.interfaces?.find(({ name, sandbox }) => name === ifName && sandbox)
}

function namesOf({ interfaces = [] }: Result): readonly string[] {
  return interfaces.map(({ name }) => name)
}

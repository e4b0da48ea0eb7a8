import { declaresCapability, type Json, type JsonObject } from '../../src/cni/index.ts'
import { fails, succeeds } from '../bench/judge.ts'
import { succeeded } from '../bench/run-record.ts'
import { difference } from '../bench/snapshot.ts'
import { type Case, cni, convention, EVERY_KIND, type Finding } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'
import { refusedArgs, requireCapability } from './with-args.ts'

/** CAP-09 to CAP-12: the other capabilities, and none. */
export const capabilityCases: readonly Case[] = [
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

function merged(given: Json | undefined, more: Record<string, Json> | undefined): Json | undefined {
  return more === undefined ? undefined : { ...(given as JsonObject | undefined), ...more }
}

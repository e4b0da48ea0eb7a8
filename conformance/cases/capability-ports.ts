import { findings, unchanged } from '../bench/judge.ts'
import { difference } from '../bench/snapshot.ts'
import { newest, ownIps } from '../bench/view.ts'
import { type Case, convention, type Finding } from '../case.ts'
import { requireCapability } from './with-args.ts'

const OF_PORTS = convention(
  'Dynamic Plugin specific fields',
  'SHOULD',
  'portMappings: Pass mapping from ports on the host to ports in the container network namespace.',
)

/** CAP-07, CAP-08: the port mappings that a runtime passes on. */
export const portCases: readonly Case[] = [
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
      const address = ownIps(newest(result), attachment.ifName)[0]?.address.split('/')[0] ?? 'no address'
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
]

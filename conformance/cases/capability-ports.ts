import { findings, unchanged } from '../bench/judge.ts'
import { unreached } from '../bench/traffic.ts'
import { newest, ownIps } from '../bench/view.ts'
import { type Case, convention, type Finding } from '../case.ts'
import { NotRun } from '../not-run.ts'
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
    title: 'What is sent to a mapped port of the host arrives at the port of the container',
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
      const { result, run } = await attachment.added()
      if (!ownIps(newest(result), attachment.ifName).some(({ address }) => address.includes('.')))
        throw new NotRun('the container has no IPv4 address to lead to')
      return findings(
        unreached(attachment.sandbox, portMappings).map(
          ({ hostPort, containerPort, protocol }) =>
            `what is sent to the host's ${protocol} ${hostPort} does not arrive at ${containerPort} of the container`,
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

import { standInAttachment } from '../bench/ipam.ts'
import { succeeds, unchanged } from '../bench/judge.ts'
import { succeeded } from '../bench/run-record.ts'
import { type Case, cni040, EVERY_KIND, practice } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { requireMany } from './many.ts'

/** CON-06, CON-07: a container with more than one attachment. */
export const multiplicityCases: readonly Case[] = [
  {
    id: 'CON-06',
    title: 'A container can have two interfaces on one network',
    kinds: EVERY_KIND,
    versions: 'once',
    sentence: cni040(
      'General considerations',
      'MUST',
      'A given container ID may be added to a specific network more than once only if each addition is done with a different interface name.',
    ),
    run: async (bench) => {
      requireMany(bench)
      const sandbox = bench.sandbox()
      const [first, second] = ['eth0', 'eth1'].map((ifName) =>
        bench.attachment({ sandbox, ifName, containerId: 'twice' }),
      )
      await first?.added()
      await second?.prepare()
      const run = await second?.run('ADD')
      return run ? succeeds(run, 'ADD of eth1 beside eth0') : []
    },
  },
  {
    id: 'CON-07',
    title: 'A second network that cannot share what the first has is refused, and leaves nothing',
    kinds: ['main'],
    versions: 'once',
    sentence: practice(
      'SHOULD',
      'Two networks that name the same device and want it otherwise are a mistake of configuration.',
    ),
    run: async (bench) => {
      requireMany(bench)
      await bench.warmUp()
      const { attachment } = standInAttachment(bench, {
        ADD: { result: { ips: [{ address: '198.51.100.5/24', gateway: '198.51.100.1' }] } },
      })
      const first = bench.attachment()
      await first.added()
      const before = bench.snapshot(first.sandbox, attachment.sandbox)
      const run = await attachment.run('ADD', { config: (config) => ({ ...config, name: 'conformance-second' }) })
      if (succeeded(run)) throw new NotRun('the second network can share it')
      return unchanged(
        before,
        bench.snapshot(first.sandbox, attachment.sandbox),
        'the ADD of a network that cannot share left something',
        run,
      )
    },
  },
]

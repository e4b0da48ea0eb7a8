import { type Json, parseJson } from '../../src/cni/index.ts'
import type { ConfigChange } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { standInAttachment } from '../bench/ipam.ts'
import { failsWith, findings } from '../bench/judge.ts'
import { printedObject, type RunRecord, succeeded } from '../bench/run-record.ts'
import { errorAnswer } from '../bench/stand-in.ts'
import { type Case, cni, cni040, EVERY_KIND, type Finding } from '../case.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'
import { refusedConfigs } from './refused-configs.ts'

/** ERR: how a plugin fails, and that it prints nothing else. ERR-01, 02 and 04 are about the runs of every case. */
export const errorCases: readonly Case[] = [
  {
    id: 'ERR-01',
    title: 'Whatever fails ends with a status other than 0 and one error object',
    sentence: cni(
      '5 Error',
      'MUST',
      'Plugins should output a JSON object with the following keys if they encounter an error: cniVersion, code, msg, details.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      await provoke(bench)
      return []
    },
  },
  {
    id: 'ERR-02',
    title: 'No configuration makes a plugin crash',
    sentence: cni(
      '2 Errors',
      'MUST',
      'A plugin must exit with a return code of 0 on success, and non-zero on failure. If the plugin encounters an error, it should output an error result structure.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.prepare()
      for (const config of oddConfigs(bench)) {
        const run = await attachment.run('ADD', { config })
        if (succeeded(run)) await attachment.run('DEL', { config })
      }
      return []
    },
  },
  {
    id: 'ERR-03',
    title: 'Codes below 100 are those of the specification',
    sentence: cni(
      '5 Error',
      'SHOULD',
      'Error codes 0-99 are reserved for well-known errors. Values of 100+ can be freely used for plugin-specific errors.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const known = [1, 2, 3, 4, 5, 6, 7, 8, 11, 50, 51]
      return (await provoke(bench)).flatMap((run) => {
        const code = printedObject(run)?.['code']
        if (succeeded(run) || typeof code !== 'number' || known.includes(code) || code >= 100) return []
        return findings([`${run.verb} failed with code ${code}, which the specification keeps for itself`], run)
      })
    },
  },
  {
    id: 'ERR-04',
    title: 'Nothing is printed on stdout that is not asked for',
    sentence: cni(
      '5 Result Types',
      'MUST',
      'For certain operations, plugins must output result information; DEL, CHECK, GC and STATUS have none.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment({ config: (config) => ({ ...config, debug: true, logLevel: 'debug' }) })
      await attachment.added()
      await attachment.run('CHECK')
      await attachment.run('DEL')
      return []
    },
  },
  {
    id: 'ERR-05',
    title: 'One document is printed, also where an ADD fails at its end',
    sentence: cni('5 Error', 'SHOULD', 'Plugins should output a JSON object if they encounter an error.'),
    kinds: ['main'],
    versions: 'once',
    run: async (bench) => {
      const run = await bench.attachment().run('ADD', { env: { CNI_NETNS: '/proc/self/ns/net' } })
      return isOneDocument(run) ? [] : [{ found: 'what it printed is not one JSON document', run }]
    },
  },
  {
    id: 'ERR-06',
    title: "The IPAM plugin's error comes through, with its code",
    sentence: cni(
      '4 Delegated plugin execution procedure',
      'SHOULD',
      'If a delegated plugin returns an error, it should be returned by the upper plugin.',
    ),
    kinds: ['main'],
    versions: 'once',
    run: async (bench) => {
      const { attachment, ipam } = standInAttachment(bench, {
        ADD: errorAnswer(11, 'try again', 'the pool is being filled'),
      })
      const run = await attachment.run('ADD')
      if (ipam.calls().length === 0) throw new NotRun('the IPAM plugin was never called')
      return failsWith(run, [11], 'ADD with an IPAM plugin that fails with code 11')
    },
  },
  {
    id: 'ERR-07',
    title: 'What the IPAM plugin says on stderr comes through',
    sentence: cni(
      '4 Delegated plugin execution procedure',
      'SHOULD',
      "Ensure that the delegated plugin's stderr is output to the calling plugin's stderr.",
    ),
    kinds: ['main'],
    versions: 'once',
    run: async (bench) => {
      const { attachment, ipam } = standInAttachment(bench)
      ipam.answer('ADD', { stderr: 'said by the IPAM plugin\n' })
      const { run } = await attachment.added()
      return run.outcome.stderr.includes('said by the IPAM plugin') ? [] : findings(['it does not'], run)
    },
  },
  {
    id: 'ERR-08',
    title: 'An error about an unsupported field names key and value',
    sentence: cni040(
      'Well-known Error Codes',
      'MUST',
      '2: Unsupported field in network configuration. The error message must contain the key and value of the unsupported field.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const found: Finding[] = []
      let asked = 0
      for (const { what, config } of refusedConfigs(bench.subject)) {
        const attachment = bench.attachment({ config })
        await attachment.prepare()
        const run = await attachment.run('ADD')
        const { code, msg, details } = printedObject(run) ?? {}
        if (code !== 2) continue
        asked += 1
        const [key = '', ...value] = what.split(' ')
        const said = `${String(msg)} ${String(details)}`
        if (!said.includes(key) || !said.includes(value.join(' ').replaceAll('"', '')))
          found.push({ found: `the error about ${what} does not name it`, run })
      }
      if (asked === 0) throw new NotRun('it never answered with code 2')
      return found
    },
  },
]

/** Runs that a plugin should refuse, each for another reason. */
async function provoke(bench: Bench): Promise<readonly RunRecord[]> {
  const attachment = bench.attachment()
  await attachment.prepare()
  return [
    await attachment.run('ADD', { stdin: '{' }),
    await attachment.run('ADD', { stdin: '' }),
    await attachment.run('FOO'),
    await attachment.run('ADD', { env: { CNI_NETNS: '/run/netns/nowhere' } }),
    await attachment.run('CHECK', { prevResult: undefined }),
    await attachment.run('ADD', { config: (config) => ({ ...config, cniVersion: '9.9.9' }) }),
    await attachment.run('ADD', { config: (config) => ({ ...config, ipam: { type: 'conformance-missing' } }) }),
  ]
}

const ODD: readonly Json[] = [null, {}, [], '', -1]

// What a plugin's own parser is made to trip over: every key with a value of each type, and arguments without the keys
// that they belong to.
function oddConfigs({ subject }: Bench): readonly ConfigChange[] {
  const own = Object.keys(subjectConfig(subject)).filter(
    (key) => !['name', 'type', 'cniVersion', 'capabilities'].includes(key),
  )
  const odd = [...own, 'runtimeConfig'].flatMap((key) => ODD.map((value) => ({ [key]: value })))
  const bare = Object.fromEntries(own.map((key) => [key, undefined]))
  const cni = { mac: '02:00:5e:00:53:01', ips: ['198.51.100.9/24'], mtu: 1400, sysctl: { 'net.core.somaxconn': '500' } }
  return [
    ...odd.map(
      (value): ConfigChange =>
        (written) => ({ ...written, ...value }),
    ),
    (written) => ({ ...written, args: { cni } }),
    (written) => ({ ...written, ...bare, args: { cni } }),
    (written) => ({ ...written, ...bare }),
  ]
}

function isOneDocument({ outcome: { stdout } }: RunRecord): boolean {
  try {
    return stdout.trim() === '' || parseJson(stdout, 'stdout') !== undefined
  } catch {
    return false
  }
}

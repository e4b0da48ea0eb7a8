import { atLeast, CNI_VERSIONS, isCniVersion, knowsVerb } from '../../src/cni/index.ts'
import type { Bench } from '../bench/bench.ts'
import { fails, failsWith, findings, succeeds, unchanged } from '../bench/judge.ts'
import { resultFaults } from '../bench/result-faults.ts'
import { printedObject, type RunRecord, succeeded } from '../bench/run-record.ts'
import { type Case, cni, cni040, EVERY_KIND, practice } from '../case.ts'
import { NotRun } from '../not-run.ts'

/** VER: which versions a plugin speaks, and that it says so. */
export const versionCases: readonly Case[] = [
  {
    id: 'VER-01',
    title: 'VERSION needs nothing but CNI_COMMAND',
    sentence: cni(
      '5 VERSION Success',
      'MUST',
      'Plugins must output a JSON object with cniVersion and supportedVersions.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const run = await askVersion(bench, '')
      const failed = succeeds(run, 'VERSION with an empty environment and nothing on stdin')
      return failed.length > 0 ? failed : findings(answerFaults(run), run)
    },
  },
  {
    id: 'VER-02',
    title: 'VERSION does not wait for an end of stdin',
    sentence: practice('NOTE', 'VERSION takes nothing from stdin that it could not do without.'),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      // A pipe that this shell itself holds open for writing never ends.
      const script = 'mkfifo /run/conformance/open; exec 3<>/run/conformance/open; exec timeout 2 "$0" <&3'
      const { subject } = bench
      const run = await bench.run({
        plugin: subject.type,
        path: '/bin/sh',
        args: ['-c', script, subject.path],
        env: { PATH: process.env['PATH'], CNI_COMMAND: 'VERSION' },
        stdin: '',
        isSubject: false,
      })
      return succeeds(run, 'VERSION with a stdin that stays open, within 2 s,')
    },
  },
  {
    id: 'VER-03',
    title: 'VERSION answers in the version it was asked in',
    sentence: cni('5 VERSION Success', 'SHOULD', 'cniVersion: the value of cniVersion specified on input.'),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const [asked = '0.4.0'] = supported(await askVersion(bench, ''))
      const run = await askVersion(bench, JSON.stringify({ cniVersion: asked }))
      const answered = printedObject(run)?.['cniVersion']
      if (answered === asked) return []
      return findings([`asked with cniVersion ${asked}, VERSION answered with ${JSON.stringify(answered)}`], run)
    },
  },
  {
    id: 'VER-04',
    title: 'supportedVersions are versions, each once',
    sentence: cni('5 VERSION Success', 'MUST', 'supportedVersions: a list of supported specification versions.'),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const run = await askVersion(bench, '')
      const versions = supported(run)
      const faults = [
        ...versions.filter((one, at) => versions.indexOf(one) !== at).map((one) => `${one} is listed twice`),
        ...versions.filter((one) => !/^\d+\.\d+\.\d+$/.test(one)).map((one) => `"${one}" is not MAJOR.MINOR.PATCH`),
        ...versions
          .filter((one) => /^\d+\.\d+\.\d+$/.test(one) && !isCniVersion(one))
          .map((one) => `${one} is unknown`),
      ]
      return findings(faults, run)
    },
  },
  {
    id: 'VER-05',
    title: 'A version that is claimed works, from ADD to DEL',
    sentence: cni('5 VERSION Success', 'MUST', 'supportedVersions: a list of supported specification versions.'),
    kinds: EVERY_KIND,
    versions: 'each',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.prepare()
      const add = await attachment.run('ADD')
      const result = printedObject(add)
      if (!succeeded(add) || result === undefined) return succeeds(add, 'ADD')
      const del = await attachment.run('DEL', atLeast(bench.version, '0.4.0') ? { prevResult: result } : {})
      return [...findings(resultFaults(result, bench.version), add), ...succeeds(del, 'DEL')]
    },
  },
  {
    id: 'VER-06',
    title: 'A version it does not know is refused with code 1, and nothing is done',
    sentence: cni040(
      'Result',
      'MUST',
      'If the cniVersion in the network configuration is not supported, the plugin should return an error code 1.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const claimed = supported(await askVersion(bench, ''))
      const above = CNI_VERSIONS.find((one) => !claimed.includes(one) && claimed.every((old) => !isNewer(old, one)))
      const attachment = bench.attachment()
      await attachment.prepare()
      const before = bench.snapshot(attachment.sandbox)
      const unknown = ['9.9.9', '1.0', '1.2.0', ...(above ? [above] : [])]
      const found = []
      for (const cniVersion of unknown)
        for (const verb of ['ADD', 'DEL']) {
          const run = await attachment.run(verb, { config: (config) => ({ ...config, cniVersion }) })
          found.push(...failsWith(run, [1], `${verb} in version ${cniVersion}`))
        }
      return [...found, ...unchanged(before, bench.snapshot(attachment.sandbox), 'a refused version left something')]
    },
  },
  {
    id: 'VER-07',
    title: 'A configuration without cniVersion is one of 0.1.0',
    sentence: cni('1 Configuration format', 'MUST', 'cniVersion (string): Semantic Version 2.0 of CNI specification.'),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const claims = supported(await askVersion(bench, '')).includes('0.1.0')
      const attachment = bench.attachment()
      if (claims && bench.subject.kind === 'meta') throw new NotRun('0.1.0 has no chain that a meta plugin is part of')
      await attachment.prepare()
      const run = await attachment.run('ADD', { config: (config) => ({ ...config, cniVersion: undefined }) })
      if (!claims) return failsWith(run, [1], 'ADD without cniVersion, by a plugin that does not claim 0.1.0,')
      const result = printedObject(run)
      if (!succeeded(run) || result === undefined) return succeeds(run, 'ADD without cniVersion')
      return findings(resultFaults(result, '0.1.0'), run)
    },
  },
  {
    id: 'VER-08',
    title: 'CHECK is refused in versions that have none, and nothing is done',
    sentence: cni040('Released versions', 'MUST', 'Introduce the CHECK command.'),
    kinds: EVERY_KIND,
    versions: 'each',
    until: '0.3.1',
    run: async (bench) => {
      const attachment = bench.attachment()
      const { result } = await attachment.added()
      const before = bench.snapshot(attachment.sandbox)
      const run = await attachment.run('CHECK', { prevResult: result })
      const after = bench.snapshot(attachment.sandbox)
      return [
        ...fails(run, `CHECK in version ${bench.version}`),
        ...unchanged(before, after, 'CHECK changed something', run),
      ]
    },
  },
  {
    id: 'VER-09',
    title: 'GC and STATUS in versions that have none change nothing',
    sentence: practice('NOTE', 'GC and STATUS came with 1.1.0.'),
    kinds: EVERY_KIND,
    versions: 'each',
    until: '1.0.0',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      const before = bench.snapshot(attachment.sandbox)
      const runs = [await attachment.run('GC'), await attachment.run('STATUS')]
      const after = bench.snapshot(attachment.sandbox)
      return [
        ...runs.filter((run) => !succeeded(run)).flatMap((run) => fails(run, run.verb)),
        ...unchanged(before, after, 'GC or STATUS changed something'),
      ]
    },
  },
  {
    id: 'VER-10',
    title: 'A plugin that claims 1.1.0 knows GC and STATUS',
    sentence: cni('2 CNI operations', 'MUST', 'CNI defines 5 operations: ADD, CHECK, DEL, GC, VERSION … STATUS.'),
    kinds: EVERY_KIND,
    versions: 'each',
    since: '1.1.0',
    run: async (bench) => {
      const attachment = bench.attachment()
      const found = []
      for (const verb of ['GC', 'STATUS'] as const) {
        if (!knowsVerb(bench.version, verb)) continue
        const run = await attachment.run(verb)
        const said = String(printedObject(run)?.['msg'] ?? '')
        if (!succeeded(run) && /unknown.*(command|verb)/i.test(said)) found.push(...succeeds(run, verb))
      }
      return found
    },
  },
]

function askVersion(bench: Bench, stdin: string): Promise<RunRecord> {
  const { type, path } = bench.subject
  const env = { PATH: process.env['PATH'], CNI_COMMAND: 'VERSION' }
  return bench.run({ plugin: type, path, env, stdin, isSubject: true })
}

function supported(run: RunRecord): readonly string[] {
  const versions = printedObject(run)?.['supportedVersions']
  if (succeeded(run) && Array.isArray(versions)) return versions.map(String)
  throw new NotRun('VERSION does not say which versions there are')
}

function answerFaults(run: RunRecord): readonly string[] {
  const answer = printedObject(run)
  if (answer === undefined) return ['VERSION printed no JSON object']
  const { cniVersion, supportedVersions } = answer
  const isList = Array.isArray(supportedVersions) && supportedVersions.length > 0
  return [
    ...(typeof cniVersion === 'string' && cniVersion !== '' ? [] : ['its cniVersion is no version']),
    ...(isList && supportedVersions.every((one) => typeof one === 'string') ? [] : ['it lists no supportedVersions']),
  ]
}

function isNewer(version: string, than: string): boolean {
  return isCniVersion(version) && isCniVersion(than) && version !== than && atLeast(version, than)
}

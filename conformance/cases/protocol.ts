import type { JsonObject } from '../../src/cni/index.ts'
import type { Bench } from '../bench/bench.ts'
import { fails, failsWith, findings, succeeds, unchanged } from '../bench/judge.ts'
import { printedObject, type RunRecord, succeeded } from '../bench/run-record.ts'
import { type Case, cni, EVERY_KIND, type Finding, practice } from '../case.ts'

/** PRO: the protocol between a runtime and a plugin: variables, stdin, and what they may hold. */
export const protocolCases: readonly Case[] = [
  {
    id: 'PRO-01',
    title: 'A missing variable is refused with code 4, and the message names every one that is missing',
    sentence: cni(
      '5 Error',
      'MUST',
      '4: Invalid necessary environment variables. The error message must contain the names of invalid variables.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const required = { ADD: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'], DEL: ['CNI_CONTAINERID', 'CNI_IFNAME'] }
      const attachment = bench.attachment()
      await attachment.prepare()
      const found: Finding[] = []
      for (const [verb, names] of Object.entries(required))
        for (const missing of [...names.map((name) => [name]), names]) {
          const env = Object.fromEntries(missing.map((name) => [name, undefined]))
          const run = await attachment.run(verb, { env })
          found.push(...failsWith(run, [4], `${verb} without ${missing.join(', ')}`), ...namesMissing(run, missing))
        }
      return found
    },
  },
  refusedValues(
    'PRO-02',
    'An invalid container id or interface name is refused with code 4, and nothing is done',
    cni(
      '2 Parameters',
      'MUST',
      'CNI_CONTAINERID … must start with an alphanumeric character. 4: Invalid necessary environment variables.',
    ),
    (run, name, value) => failsWith(run, [4], `ADD with ${name} ${JSON.stringify(value)}`),
  ),
  refusedValues(
    'PRO-02a',
    'The message about an invalid variable names it',
    cni('5 Error', 'SHOULD', '4: … The error message must contain the names of invalid variables.'),
    (run, name, value) =>
      succeeded(run) || textOf(run).includes(name)
        ? []
        : [{ found: `the error about ${name} ${JSON.stringify(value)} does not name the variable`, run }],
  ),
  {
    id: 'PRO-03',
    title: 'What cannot be decoded on stdin is refused with code 6',
    sentence: cni(
      '5 Error',
      'MUST',
      '6: Failed to decode content, for example failed to unmarshal network config from bytes.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.prepare()
      const good = attachment.request('ADD').stdin
      const found: Finding[] = []
      for (const stdin of ['', '{', '[]', '"x"', `\uFEFF${good}`, '{"name":1}']) {
        const run = await attachment.run('ADD', { stdin })
        found.push(...failsWith(run, [6], `ADD with ${JSON.stringify(stdin.slice(0, 20))} on stdin`))
      }
      return found
    },
  },
  {
    id: 'PRO-04',
    title: 'A missing or invalid network name is refused with code 7',
    sentence: cni(
      '5 Error',
      'MUST',
      '7: Invalid network config. If some validations on network configs do not pass, this error will be raised.',
    ),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.prepare()
      const found: Finding[] = []
      for (const name of [undefined, '', '-a', 'a b', '../a']) {
        const run = await attachment.run('ADD', { config: (config) => ({ ...config, name }) })
        found.push(...failsWith(run, [7], `ADD with the name ${JSON.stringify(name) ?? 'left out'}`))
      }
      return found
    },
  },
  {
    id: 'PRO-05',
    title: 'A command that does not exist is refused with code 4',
    sentence: cni('5 Error', 'MUST', '4: Invalid necessary environment variables, like CNI_COMMAND.'),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      const found: Finding[] = []
      for (const verb of ['FOO', 'add'])
        found.push(...failsWith(await attachment.run(verb), [4], `CNI_COMMAND=${verb}`))
      return found
    },
  },
  {
    id: 'PRO-06',
    title: 'Keys of the protocol that a plugin has no use for do no harm',
    sentence: cni(
      '1 Plugin configuration objects',
      'MUST',
      'Plugins that consume any of these configuration keys should respect their intended semantics; others are ignored.',
    ),
    kinds: EVERY_KIND,
    versions: 'each',
    run: async (bench) => {
      const attachment = bench.attachment({
        config: (config) => ({
          ...config,
          args: { cni: {}, labels: { conformance: 'yes' } },
          'cni.dev/conformance': 'yes',
          runtimeConfig: { ...(config['runtimeConfig'] as JsonObject | undefined), 'org.example.conformance': 1 },
        }),
      })
      await attachment.prepare()
      const add = await attachment.run('ADD')
      const result = succeeded(add) ? printedObject(add) : undefined
      const del = await attachment.run('DEL', result ? { prevResult: result } : {})
      return [...succeeds(add, 'ADD with further keys'), ...succeeds(del, 'DEL with further keys')]
    },
  },
  {
    id: 'PRO-07',
    title: 'The CNI_ARGS of Kubernetes do no harm',
    sentence: practice('SHOULD', 'IgnoreUnknown=1 tells a plugin to ignore the arguments it does not know.'),
    kinds: EVERY_KIND,
    versions: 'once',
    inChain: true,
    run: async (bench) => {
      const CNI_ARGS = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=d;K8S_POD_NAME=p;K8S_POD_INFRA_CONTAINER_ID=x'
      const attachment = bench.attachment()
      await attachment.prepare()
      const add = await attachment.run('ADD', { env: { CNI_ARGS } })
      return [...succeeds(add, 'ADD'), ...succeeds(await attachment.run('DEL', { env: { CNI_ARGS } }), 'DEL')]
    },
  },
  {
    id: 'PRO-08',
    title: 'A delegate is found in the second folder of CNI_PATH where the first does not exist',
    sentence: cni(
      '4 Delegated plugin execution procedure',
      'SHOULD',
      'Look up the plugin executable by searching the directories provided in the CNI_PATH environment variable.',
    ),
    kinds: ['main'],
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      const CNI_PATH = `/run/nowhere:${bench.subject.pluginFolders.join(':')}`
      return succeeds(await attachment.run('ADD', { env: { CNI_PATH } }), 'ADD with a first folder that does not exist')
    },
  },
  {
    id: 'PRO-09',
    title: 'A plugin depends on no folder, umask or language it is started with',
    sentence: practice('SHOULD', 'A runtime gives a plugin an environment of its own choosing.'),
    kinds: EVERY_KIND,
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.prepare()
      const usual = attachment.request('ADD')
      const script = 'mkdir -p /run/conformance/elsewhere; cd /run/conformance/elsewhere; umask 077; exec "$0"'
      const env = { ...usual.env, LC_ALL: 'C' }
      const run = await bench.run({ ...usual, path: '/bin/sh', args: ['-c', script, usual.path], env })
      const noPath = await bench.attachment().run('ADD', { env: { PATH: undefined } })
      return [
        ...succeeds(run, 'ADD from an empty folder with umask 077'),
        ...(succeeded(noPath) ? [] : fails(noPath, 'ADD without PATH')),
      ]
    },
  },
  {
    id: 'PRO-10',
    title: "The plugin's own network namespace as CNI_NETNS is refused before anything is done",
    sentence: practice('SHOULD', 'The sandbox is never the namespace that the plugin runs in (plugins issue 714).'),
    kinds: ['main'],
    versions: 'once',
    run: async (bench) => {
      await bench.warmUp()
      const attachment = bench.attachment()
      const before = bench.snapshot()
      const run = await attachment.run('ADD', { env: { CNI_NETNS: '/proc/self/ns/net' } })
      return [
        ...fails(run, "ADD into the plugin's own namespace"),
        ...unchanged(before, bench.snapshot(), "ADD into the plugin's own namespace changed it", run),
      ]
    },
  },
]

const BAD_VALUES = {
  CNI_CONTAINERID: ['-a', 'a b', 'a/b', '../x', 'x/'.repeat(150)],
  CNI_IFNAME: ['sixteen-bytes-xx', '.', '..', 'a/b', 'a:b', 'a b'],
} as const

function refusedValues(
  id: string,
  title: string,
  sentence: Case['sentence'],
  judge: (run: RunRecord, name: string, value: string) => readonly Finding[],
): Case {
  const run = async (bench: Bench): Promise<readonly Finding[]> => {
    const attachment = bench.attachment()
    await attachment.prepare()
    const before = bench.snapshot(attachment.sandbox)
    const found: Finding[] = []
    for (const [name, values] of Object.entries(BAD_VALUES))
      for (const value of values)
        found.push(...judge(await attachment.run('ADD', { env: { [name]: value } }), name, value))
    return [...found, ...unchanged(before, bench.snapshot(attachment.sandbox), 'a refused ADD left something')]
  }
  return { id, title, sentence, kinds: EVERY_KIND, versions: 'once', run }
}

function namesMissing(run: RunRecord, missing: readonly string[]): readonly Finding[] {
  const unnamed = missing.filter((name) => !textOf(run).includes(name))
  return succeeded(run) || unnamed.length === 0
    ? []
    : findings([`the message does not name ${unnamed.join(', ')}`], run)
}

function textOf(run: RunRecord): string {
  const error = printedObject(run)
  return `${String(error?.['msg'] ?? '')} ${String(error?.['details'] ?? '')}`
}

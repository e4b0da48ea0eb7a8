import { type JsonObject, parseJsonObject, toJson } from '../../src/cni/index.ts'
import { standInAttachment } from '../bench/ipam.ts'
import type { RunRecord } from '../bench/run-record.ts'
import type { StandInCall } from '../bench/stand-in.ts'
import { type Case, cni, type Finding } from '../case.ts'
import { NotRun } from '../not-run.ts'

const PROTOCOL = '4 Delegated Plugin protocol'

/** PRO-11, PRO-12: what an IPAM plugin is called with. */
export const delegateCases: readonly Case[] = [
  ofDelegate(
    'PRO-11',
    'The IPAM plugin gets the variables that the plugin got',
    'The delegated plugin must receive all the same environment variables that were passed in to the CNI plugin.',
    (call, { env }) =>
      Object.entries(env)
        .filter(([name, value]) => !call.environment.split('\n').includes(`${name}=${value}`))
        .map(([name, value]) => `the IPAM plugin was not given ${name}=${value}`),
  ),
  ofDelegate(
    'PRO-12',
    'The IPAM plugin gets the whole configuration that the plugin got',
    'Delegated plugins are provided the complete network configuration passed to the "upper" plugin. In other words, in the IPAM case, not just the ipam section of the configuration.',
    ({ config }, { stdin }) =>
      Object.entries(parseJsonObject(stdin, 'what was sent'))
        .filter(([key, value]) => toJson(config[key] ?? null) !== toJson(value))
        .map(([key]) => `the IPAM plugin was not given the configuration's ${key}`),
  ),
]

function ofDelegate(
  id: string,
  title: string,
  says: string,
  faults: (call: StandInCall, run: RunRecord) => readonly string[],
): Case {
  const run: Case['run'] = async (bench) => {
    const { attachment, ipam } = standInAttachment(bench)
    await attachment.prepare()
    const add = await attachment.run('ADD', { env: { CNI_ARGS: 'IgnoreUnknown=1;ORG_EXAMPLE=a' }, config: withArgs })
    const call = ipam.calls().find(({ verb }) => verb === 'ADD')
    if (call === undefined) throw new NotRun('the IPAM plugin was never called')
    return faults(call, add).map((found): Finding => ({ found, run: add, held: [toJson(call.config)] }))
  }
  return { id, title, sentence: cni(PROTOCOL, 'MUST', says), kinds: ['main'], versions: 'once', run }
}

// Something that only an IPAM plugin might have a use for.
function withArgs(config: JsonObject): JsonObject {
  return { ...config, args: { cni: { 'org.example.conformance': ['a'] } } }
}

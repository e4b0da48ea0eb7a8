import {
  declaresCapability,
  type JsonObject,
  type NetworkList,
  type PluginConfig,
  toJson,
  type VersionedResult,
} from '../../src/cni/index.ts'
import type { Placement } from '../column.ts'
import { NotRun } from '../not-run.ts'
import { type Subject, subjectConfig } from '../subject.ts'
import { type AddResult, addedResult } from './added-result.ts'
import type { Attachment, AttachmentGround, Change, NamedAttachment } from './attachment.ts'
import { changed, environment } from './direct-attachment.ts'
import type { PluginRequest } from './run-plugin.ts'
import { type RunRecord, saidOf, succeeded } from './run-record.ts'

/** The bridge of the network that comes before the one under test, where that is a pod's second. */
export const OTHER_BRIDGE = 'conformance0'

/** An attachment that Plexus makes, with the plugin under test at a place in its chain. */
export function chainAttachment(ground: AttachmentGround, named: NamedAttachment): Attachment {
  const { subject, column } = ground
  const [path, ...args] = subject.plexus
  let result: VersionedResult | undefined

  const request = (verb: string, change: Change = {}): PluginRequest => {
    const config = changed(withRuntimeConfig(subject, named), named, change) as PluginConfig
    return {
      plugin: `plexus (${subject.type})`,
      path,
      args,
      env: { ...environment(ground, named, verb), ...change.env },
      stdin: toJson({
        cniVersion: column.version,
        name: 'plexus',
        type: 'plexus',
        cniDir: '/var/lib/cni/plexus',
        delegates: networksOf(subject, column.placement, { ...subject.network, cniVersion: column.version }, config),
      }),
      // What it prints is Plexus' own.
      isSubject: false,
    }
  }

  const run = async (verb: string, change?: Change): Promise<RunRecord> => {
    const record = await ground.run(request(verb, change))
    const outcome = verb === 'ADD' ? addedResult(record, column.version) : undefined
    if (outcome?.kind === 'result') result = outcome.result
    return record
  }

  const added = async (change?: Change): Promise<AddResult & { readonly kind: 'result' }> => {
    const outcome = addedResult(await run('ADD', change), column.version)
    if (outcome.kind === 'none') throw new NotRun(`ADD through Plexus failed: ${outcome.why}`)
    return outcome
  }

  return {
    ...named,
    ifName: column.placement === 'second' ? 'net1' : named.ifName,
    prevResult: () => undefined,
    result: () => result,
    prepare: async () => undefined,
    request,
    run,
    added,
    deleted: async (change) => {
      const ended = await run('DEL', change)
      if (!succeeded(ended)) throw new NotRun(`DEL through Plexus failed: ${saidOf(ended)}`)
    },
    dismantle: async () => undefined,
  }
}

// The networks of a pod as Plexus is configured with them: the default one first.
function networksOf(
  subject: Subject,
  placement: Placement,
  { name, cniVersion }: NetworkList,
  config: PluginConfig,
): readonly JsonObject[] {
  const before = subject.network.plugins.slice(0, subject.at)
  const list = (plugins: readonly JsonObject[], named = name): JsonObject => ({ cniVersion, name: named, plugins })
  const isMeta = subject.kind === 'meta'
  switch (placement) {
    case 'direct':
    case 'alone':
      return [list([...before, config])]
    case 'first':
      return isMeta ? [list(before), list([config, AFTER], `${name}-own`)] : [list([config, AFTER])]
    case 'middle':
      return [list(isMeta ? [...before, config, AFTER] : [BEFORE, config, AFTER])]
    case 'last':
      return [list(isMeta ? [...before, AFTER, config] : [BEFORE, config])]
    case 'second':
      return [list([OTHER_NETWORK], 'conformance-other'), list([...before, config])]
  }
}

// Plugins that leave the interface under test as it is: one that lists what is there, one that passes on what it got.
const BEFORE: JsonObject = { type: 'loopback' }
const AFTER: JsonObject = { type: 'tuning' }
const OTHER_NETWORK: JsonObject = {
  type: 'bridge',
  bridge: OTHER_BRIDGE,
  ipam: { type: 'host-local', subnet: '192.0.2.0/24' },
}

// What a runtime sends goes to a pod's default network alone; written into the configuration it reaches any.
function withRuntimeConfig(subject: Subject, named: NamedAttachment): PluginConfig {
  const config = subjectConfig(subject)
  const declared = Object.entries({ ...subject.capabilityArgs, ...named.capabilityArgs }).filter(([capability]) =>
    declaresCapability(config, capability),
  )
  return declared.length === 0 ? config : { ...config, runtimeConfig: Object.fromEntries(declared) }
}

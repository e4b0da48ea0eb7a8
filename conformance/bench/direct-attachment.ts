import {
  atLeast,
  delegateConfig,
  findPlugin,
  type Json,
  type JsonObject,
  type NetworkList,
  type PluginConfig,
  toJson,
  type VersionedResult,
} from '../../src/cni/index.ts'
import { hostExec } from '../../src/host/index.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'
import { type AddResult, addedResult } from './added-result.ts'
import type { Attachment, AttachmentGround, Change, NamedAttachment } from './attachment.ts'
import type { PluginRequest } from './run-plugin.ts'
import { type RunRecord, saidOf, succeeded } from './run-record.ts'

/** An attachment for which each plugin is run by itself, as the specification has it. */
export function directAttachment(ground: AttachmentGround, named: NamedAttachment): Attachment {
  const { subject, column } = ground
  const network: NetworkList = { ...subject.network, cniVersion: column.version }
  const before = subject.kind === 'meta' ? subject.network.plugins.slice(0, subject.at) : []
  const capabilityArgs = { ...subject.capabilityArgs, ...named.capabilityArgs }
  let prepared: { readonly result: VersionedResult | undefined } | undefined
  let result: VersionedResult | undefined

  const input = (plugin: PluginConfig, prevResult: JsonObject | undefined): JsonObject =>
    delegateConfig(network, plugin, { prevResult: prevResult as VersionedResult | undefined, capabilityArgs })

  const runNeighbour = (verb: string, plugin: PluginConfig, prevResult: VersionedResult | undefined) =>
    ground.run({
      plugin: plugin.type,
      path: findPlugin({ exec: hostExec(), pluginFolders: subject.pluginFolders }, plugin),
      env: environment(ground, named, verb),
      stdin: toJson(input(plugin, prevResult)),
      isSubject: false,
    })

  const prepare = async (): Promise<void> => {
    if (prepared) return
    let last: VersionedResult | undefined
    for (const plugin of before) {
      const added = addedResult(await runNeighbour('ADD', plugin, last), column.version)
      if (added.kind === 'none') throw new NotRun(`plugin ${plugin.type} before it failed: ${added.why}`)
      last = added.result
    }
    prepared = { result: last }
  }

  const request = (verb: string, change: Change = {}): PluginRequest => {
    const prevResult = 'prevResult' in change ? change.prevResult : handedOver(verb)
    return {
      plugin: subject.type,
      path: subject.path,
      env: { ...environment(ground, named, verb), ...change.env },
      stdin: change.stdin ?? toJson(changed(input(subjectConfig(subject), prevResult), named, change)),
      isSubject: true,
    }
  }

  const run = async (verb: string, change?: Change): Promise<RunRecord> => {
    if (verb === 'ADD') await prepare()
    const record = await ground.run(request(verb, change))
    const outcome = verb === 'ADD' ? addedResult(record, column.version) : undefined
    if (outcome?.kind === 'result') result = outcome.result
    return record
  }

  // An IPAM plugin is called by another, before there is anything to hand over.
  const handedOver = (verb: string): VersionedResult | undefined => {
    if (verb === 'ADD') return prepared?.result
    return atLeast(column.version, '0.4.0') && (verb === 'DEL' || verb === 'CHECK') ? result : undefined
  }

  const added = async (change?: Change): Promise<AddResult & { readonly kind: 'result' }> => {
    const outcome = addedResult(await run('ADD', change), column.version)
    if (outcome.kind === 'none') throw new NotRun(`ADD failed, so that there is nothing to look at: ${outcome.why}`)
    return outcome
  }

  return {
    ...named,
    prevResult: () => prepared?.result,
    result: () => result,
    prepare,
    request,
    run,
    added,
    deleted: async (change) => {
      const ended = await run('DEL', change)
      if (!succeeded(ended)) throw new NotRun(`DEL failed, so that there is nothing to look at: ${saidOf(ended)}`)
      for (const plugin of before.toReversed()) await runNeighbour('DEL', plugin, result)
      prepared = undefined
    },
    dismantle: async () => {
      for (const plugin of before.toReversed()) await runNeighbour('DEL', plugin, result ?? prepared?.result)
      prepared = undefined
    },
  }
}

/** The environment a runtime runs a plugin of an attachment with. */
export function environment(
  { subject }: AttachmentGround,
  { containerId, sandbox, ifName, pluginFolders = [] }: NamedAttachment,
  verb: string,
): Readonly<Record<string, string | undefined>> {
  return {
    PATH: process.env['PATH'],
    CNI_COMMAND: verb,
    CNI_CONTAINERID: containerId,
    CNI_NETNS: sandbox.path,
    CNI_IFNAME: ifName,
    CNI_ARGS: '',
    CNI_PATH: [...pluginFolders, ...subject.pluginFolders].join(':'),
  }
}

/** A configuration after what the attachment and the run change of it. */
export function changed(config: JsonObject, named: NamedAttachment, change: Change): JsonObject {
  const once = named.config ? defined(named.config(config)) : config
  return change.config ? defined(change.config(once)) : once
}

function defined(config: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  )
}

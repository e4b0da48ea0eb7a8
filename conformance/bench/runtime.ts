import {
  addNetwork,
  asCniError,
  type ChainSettings,
  type CniError,
  type Exec,
  type NetworkList,
  type PluginConfig,
  type Attachment as RuntimeAttachment,
} from '../../src/cni/index.ts'
import { hostExec } from '../../src/host/index.ts'
import type { Finding } from '../case.ts'
import type { Attachment } from './attachment.ts'
import type { Bench } from './bench.ts'

/** A chain as a runtime runs it: the network, the attachment, and what a run of it needs. */
export type RuntimeChain = {
  readonly settings: ChainSettings
  readonly network: NetworkList
  readonly attachment: RuntimeAttachment
}

/** A runtime's view of an attachment, with a network's plugins as they are wanted. */
export function runtimeChain(
  bench: Bench,
  { containerId, ifName, sandbox }: Attachment,
  plugins: readonly PluginConfig[] = bench.subject.network.plugins,
  folders: readonly string[] = [],
): RuntimeChain {
  const { subject, version } = bench
  return {
    settings: {
      exec: recordingExec(bench),
      pluginFolders: [...folders, ...subject.pluginFolders],
      env: { PATH: process.env['PATH'] ?? '' },
      timeoutMs: subject.timeoutMs,
    },
    network: { ...subject.network, cniVersion: version, plugins },
    attachment: { containerId, ifName, netns: sandbox.path, cniArgs: '', capabilityArgs: subject.capabilityArgs },
  }
}

/** Adds as a runtime does. */
export function chainAdd({ settings, network, attachment }: RuntimeChain): ReturnType<typeof addNetwork> {
  return addNetwork(settings, network, attachment)
}

/** Nothing, where a step of a runtime succeeds; else a finding with the error of the plugin that failed. */
export async function stepSucceeds(bench: Bench, step: Promise<unknown>, what: string): Promise<readonly Finding[]> {
  const fault = await faultOf(step)
  const run = bench.runs.at(-1)
  return fault === undefined ? [] : [{ found: `${what} failed: ${fault.msg}`, ...(run ? { run } : {}) }]
}

/** The error a step ends in; undefined where it succeeds. */
export async function faultOf(step: Promise<unknown>): Promise<CniError | undefined> {
  try {
    await step
    return undefined
  } catch (fault) {
    return asCniError(fault)
  }
}

// Plugins are run through the bench, so that the evidence has them.
function recordingExec(bench: Bench): Exec {
  const { find } = hostExec()
  return {
    find,
    run: async ({ path, env, stdin }) => {
      const plugin = path.slice(path.lastIndexOf('/') + 1)
      return (await bench.run({ plugin, path, env, stdin, isSubject: path === bench.subject.path })).outcome
    },
  }
}

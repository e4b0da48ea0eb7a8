import { isJsonObject, type Result } from '../../src/cni/index.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'
import type { Attachment, AttachmentOptions, ConfigChange } from './attachment.ts'
import type { Bench } from './bench.ts'
import { type Answer, makeStandIn, type StandIn } from './stand-in.ts'

/** What the stand-in for an IPAM plugin hands out unless a case wants something else. */
export const STAND_IN_RESULT: Omit<Result, 'cniVersion'> = {
  ips: [{ address: '198.51.100.5/24', gateway: '198.51.100.1' }],
  routes: [{ dst: '203.0.113.0/24', gw: '198.51.100.1' }],
}

/** An attachment whose addresses come from a stand-in, and the stand-in. */
export type StandInAttachment = { readonly attachment: Attachment; readonly ipam: StandIn }

/**
 * An attachment whose IPAM plugin is a stand-in.
 * @param answers What it answers, over the usual result to ADD.
 * @throws NotRun where the plugin under test is not configured with an IPAM plugin.
 */
export function standInAttachment(
  bench: Bench,
  answers: Readonly<Record<string, Answer>> = {},
  options: AttachmentOptions = {},
): StandInAttachment {
  requireIpam(bench)
  const usual = { ADD: { result: STAND_IN_RESULT } }
  const ipam = makeStandIn('conformance-ipam', { ...usual, ...answers })
  const attachment = bench.attachment({
    ...options,
    pluginFolders: [ipam.folder],
    config: (config) => {
      const changed = options.config ? options.config(config) : config
      return { ...changed, ipam: { type: ipam.type } }
    },
  })
  return { attachment, ipam }
}

/** A configuration whose IPAM plugin is another one. */
export function withIpam(type: string): ConfigChange {
  return (config) => ({ ...config, ipam: { ...(isJsonObject(config['ipam']) ? config['ipam'] : {}), type } })
}

/** Whether the plugin under test is configured with an IPAM plugin. */
export function hasIpam({ subject }: Bench): boolean {
  const { ipam } = subjectConfig(subject)
  return isJsonObject(ipam) && typeof ipam['type'] === 'string'
}

/** @throws NotRun where the plugin under test is not configured with an IPAM plugin. */
export function requireIpam(bench: Bench): void {
  if (!hasIpam(bench)) throw new NotRun('its configuration names no IPAM plugin, so that there is none to stand in for')
}

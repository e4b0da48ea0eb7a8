import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import {
  type FakeDelegate,
  type FakeMultus,
  fakeCapabilityArgs,
  fakeIfName,
  fakeList,
  runFakePlugin,
} from './fake-libcni.ts'

/**
 * Stands in for an ADD of Multus, whose program is not to be had here: keeps a scratch file as it is, attaches each of
 * its delegates through real plugins, and writes libcni's cache.
 */
export function fakeMultusAdd(multus: FakeMultus, scratchFile: string): void {
  const text = readFileSync(scratchFile, 'utf8')
  mkdirSync(`${multus.cniDir}/results`, { recursive: true, mode: 0o700 })
  writeFileSync(`${multus.cniDir}/${multus.containerId}`, text, { mode: 0o600 })
  for (const [index, delegate] of (JSON.parse(text) as FakeDelegate[]).entries()) attach(multus, delegate, index)
}

function attach(multus: FakeMultus, delegate: FakeDelegate, index: number): void {
  const config = delegate.CNINetworkConfigList?.Bytes ?? delegate.Bytes
  const list = fakeList(config)
  const ifName = fakeIfName(multus, delegate, index)
  const capabilityArgs = fakeCapabilityArgs(multus, delegate, index)
  const { macRequest, ipRequest } = delegate
  const cniArgs = [
    ...multus.cniArgs,
    ...(macRequest ? [['MAC', macRequest] as const] : []),
    ...(ipRequest ? [['IP', ipRequest.join(',')] as const] : []),
  ]
  let result: unknown
  for (const plugin of list.plugins)
    result = runFakePlugin(multus, 'ADD', list, plugin, { ifName, prevResult: result, capabilityArgs, cniArgs })
  const { containerId, netns, cniDir } = multus
  const entry = { kind: 'cniCacheV1', containerId, config, ifName, networkName: list.name, netns, cniArgs }
  const more = { ...(Object.keys(capabilityArgs).length > 0 ? { capabilityArgs } : {}), result }
  writeFileSync(`${cniDir}/results/${list.name}-${containerId}-${ifName}`, JSON.stringify({ ...entry, ...more }), {
    mode: 0o600,
  })
}

import { existsSync, readFileSync, rmSync } from 'node:fs'
import {
  type FakeDelegate,
  type FakeMultus,
  fakeCapabilityArgs,
  fakeIfName,
  fakeList,
  runFakePlugin,
} from './fake-libcni.ts'

/**
 * Stands in for a DEL of Multus, whose program is not to be had here: reads a container's scratch file and libcni's
 * cache, deletes every delegate in reverse through real plugins, and removes the files. Throws where Multus fails: a
 * plugin does, a list has no `ConfList`, a file of the cache is not one.
 */
export function fakeMultusDel(multus: FakeMultus): void {
  const scratch = `${multus.cniDir}/${multus.containerId}`
  const delegates = JSON.parse(readFileSync(scratch, 'utf8')) as FakeDelegate[]
  for (const [index, delegate] of [...delegates.entries()].reverse()) detach(multus, delegate, index)
  rmSync(scratch)
}

function detach(multus: FakeMultus, delegate: FakeDelegate, index: number): void {
  const list = fakeList(delegate.Bytes)
  if (list.plugins.length > 1 && !delegate.ConfList.plugins?.length)
    throw new Error(`${delegate.Name}: Multus takes it for a single plugin`)
  const ifName = fakeIfName(multus, delegate, index)
  const cacheFile = `${multus.cniDir}/results/${list.name}-${multus.containerId}-${ifName}`
  const given = {
    ifName,
    prevResult: cachedResult(cacheFile),
    capabilityArgs: fakeCapabilityArgs(multus, delegate, index),
  }
  for (const plugin of [...list.plugins].reverse()) runFakePlugin(multus, 'DEL', list, plugin, given)
  rmSync(cacheFile, { force: true })
}

function cachedResult(path: string): unknown {
  if (!existsSync(path)) return undefined
  const { kind, result } = JSON.parse(readFileSync(path, 'utf8')) as { kind: string; result?: unknown }
  if (kind !== 'cniCacheV1') throw new Error(`${path}: is of kind ${kind}`)
  return result
}

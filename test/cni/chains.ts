import {
  type Attachment,
  type ChainEvent,
  type ChainSettings,
  type CniVersion,
  type JsonObject,
  type NetworkList,
  networkList,
} from '../../src/cni/index.ts'
import type { FakeExec } from '../fakes/fake-exec.ts'

/** The folders every chain of these tests looks for plugins in. */
export const FOLDERS = ['/opt/cni/bin', '/usr/lib/cni']

/** The attachment every chain of these tests makes. */
export const ATTACHMENT: Attachment = {
  containerId: 'c1',
  ifName: 'net1',
  netns: '/run/netns/pod',
  cniArgs: 'IgnoreUnknown=1;K8S_POD_NAME=pod',
  capabilityArgs: {},
}

/** The settings of a chain run by a fake, with everything it observes put into `events`. */
export function settingsOf(exec: FakeExec, events: ChainEvent[] = []): ChainSettings {
  return {
    exec,
    pluginFolders: FOLDERS,
    env: { PATH: '/bin', CNI_ARGS: 'LEAKED=1' },
    timeoutMs: 5000,
    observe: (event) => events.push(event),
  }
}

/** A network named `net` of plugins given by their type or their whole configuration. */
export function networkOf(
  cniVersion: CniVersion,
  plugins: readonly (string | JsonObject)[],
  keys: JsonObject = {},
): NetworkList {
  const configs = plugins.map((plugin) => (typeof plugin === 'string' ? { type: plugin } : plugin))
  return networkList({ cniVersion, name: 'net', ...keys, plugins: configs }, 'the network')
}

import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import type { FakeMultus } from '../fakes/fake-libcni.ts'
import { fakeMultusAdd } from '../fakes/fake-multus-add.ts'
import { leftovers, links } from '../node/namespaces.ts'
import { CONTAINER, FIXTURE_PLUGINS, REFERENCE_PLUGINS, type TestNode } from './plexus.ts'

/** A scratch file of test/fixtures/multus. */
export const scratchFixture = (name: string): string => new URL(`../fixtures/multus/${name}`, import.meta.url).pathname

/** The Multus that was on a node before Plexus, or comes back after it. */
export function multusOf(node: TestNode, keys: Partial<FakeMultus> = {}): FakeMultus {
  return {
    cniDir: `${node.folder}/state`,
    pluginFolders: [FIXTURE_PLUGINS, REFERENCE_PLUGINS],
    containerId: CONTAINER,
    netns: node.netns.path,
    ifName: 'eth0',
    cniArgs: [
      ['IgnoreUnknown', 'true'],
      ['K8S_POD_NAMESPACE', 'default'],
      ['K8S_POD_NAME', 'web'],
      ['K8S_POD_INFRA_CONTAINER_ID', CONTAINER],
      ['K8S_POD_UID', ''],
    ],
    env: { RECORDS: `${node.folder}/records` },
    ...keys,
  }
}

/** Makes the uplink that a macvlan names, for the time `use` takes. */
export async function withUplink(use: () => Promise<void>): Promise<void> {
  execFileSync('ip', ['link', 'add', 'up0', 'type', 'veth', 'peer', 'name', 'up1'])
  execFileSync('ip', ['link', 'set', 'up0', 'up'])
  try {
    await use()
  } finally {
    if (existsSync('/sys/class/net/up0')) execFileSync('ip', ['link', 'delete', 'up0'])
  }
}

/** The names of the interfaces in the node's sandbox. */
export function inSandbox(node: TestNode): readonly string[] {
  return links(node.netns)
    .map(({ name }) => name)
    .sort()
}

/** The runs of the plugin `recorder`: verb, network, interface. */
export function recordedRuns(node: TestNode): readonly string[] {
  return node.recorded().map(({ env, config }) => `${env['CNI_COMMAND']} ${config['name']} ${env['CNI_IFNAME']}`)
}

/** The rules and chains of the node that portmap and a masquerading bridge made for containers. */
export function rulesOfContainers(): string {
  return leftovers()
    .rules.split('\n')
    .filter((line) => /CNI-(DN-|SN-)?[0-9a-f]{6}/.test(line))
    .join('\n')
}

/** A text of base64, as Go writes bytes. */
export function base64(config: object | string): string {
  return Buffer.from(typeof config === 'string' ? config : JSON.stringify(config)).toString('base64')
}

/** A delegate of a scratch file that is a single plugin. */
export function delegate(config: object, keys: object = {}): object {
  return { Conf: { type: 'any' }, ConfList: {}, Bytes: base64(config), ...keys }
}

/** Has Multus attach a container with these delegates. */
export function attachByMultus(node: TestNode, delegates: readonly object[], keys: Partial<FakeMultus> = {}): void {
  writeFileSync(`${node.folder}/scratch`, JSON.stringify(delegates))
  fakeMultusAdd(multusOf(node, keys), `${node.folder}/scratch`)
}

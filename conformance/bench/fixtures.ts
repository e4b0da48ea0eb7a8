import { isJsonObject, type JsonObject } from '../../src/cni/index.ts'
import { runCommand } from '../../src/host/index.ts'
import { NotRun } from '../not-run.ts'
import type { Subject } from '../subject.ts'
import type { Attachment } from './attachment.ts'
import type { Bench } from './bench.ts'
import { ip, tryIp } from './machine.ts'

/**
 * Makes what a network's plugins take for granted on a machine: the interface a `master` or `device` names, and what
 * the vendor's own script makes.
 * @throws NotRun where it cannot be made.
 */
export function makeFixtures({ network, setup }: Subject): void {
  for (const plugin of network.plugins) for (const name of namedLinks(plugin)) makeLink(name)
  if (setup === undefined) return
  const { status, stdout, stderr } = runCommand('sh', [setup])
  if (status !== 0) throw new NotRun(`${setup} ended with status ${status}: ${(stderr || stdout).trim()}`)
}

/** The interfaces of the host that a plugin's configuration names: `master`, `device`, and `link` of vlan-like plugins. */
export function namedLinks(plugin: JsonObject): readonly string[] {
  const inner = isJsonObject(plugin['delegate']) ? namedLinks(plugin['delegate']) : []
  return [
    ...['master', 'device', 'parentDevice'].flatMap((key) => {
      const name = plugin[key]
      return typeof name === 'string' && name !== '' ? [name] : []
    }),
    ...inner,
  ]
}

/** Makes an interface of the host that is up and has a carrier; one that is there is left as it is. */
export function makeLink(name: string): void {
  if (tryIp('host', 'link', 'show', name).status === 0) return
  // A name has at most fifteen characters.
  const peer = `${name.slice(0, 9)}-wire`
  ip('host', 'link', 'add', name, 'type', 'veth', 'peer', 'name', peer)
  for (const link of [name, peer]) ip('host', 'link', 'set', link, 'up')
}

/** An attachment whose configuration leaves out the interface it is built on: the host's default route is over it. */
export function overDefaultRoute(bench: Bench, master: string): Attachment {
  ip('host', 'address', 'replace', '198.18.9.1/24', 'dev', master)
  ip('host', 'route', 'replace', 'default', 'via', '198.18.9.254', 'dev', master)
  return bench.attachment({ config: (config) => ({ ...config, master: undefined }) })
}

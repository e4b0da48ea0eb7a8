import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { CniError, CODE } from '../cni/index.ts'
import { runCommand } from '../host/index.ts'
import { DEMO_FILES } from './generated/demo-files.ts'

/** Where the demo keeps its configuration, its cluster of YAML files and its journal. */
export const DEMO_FOLDER = '/run/plexus-demo'

const IPAM_FOLDER = '/var/lib/cni/networks'
const PLUGIN_FOLDERS = ['/opt/cni/bin', '/usr/lib/cni']
// host-local keeps these for the next address it gives; they hold none.
const IPAM_BOOKKEEPING = /^(lock|last_reserved_ip\..+)$/

/** Makes this machine the node the demo's definitions speak of: two uplinks, a bridge, a namespace for each pod. */
export function prepareMachine(pods: readonly string[]): void {
  mkdirSync(`${DEMO_FOLDER}/cluster`, { recursive: true })
  for (const name of ['definitions.yaml', 'pods.yaml'] as const)
    writeFileSync(`${DEMO_FOLDER}/cluster/${name}`, DEMO_FILES[name])
  ip('link', 'add', 'plexus-up0', 'type', 'veth', 'peer', 'name', 'plexus-wire0')
  ip('link', 'add', 'plexus-up1', 'type', 'veth', 'peer', 'name', 'plexus-wire1')
  ip('link', 'add', 'plexus-demo0', 'type', 'bridge')
  for (const link of ['plexus-up0', 'plexus-wire0', 'plexus-up1', 'plexus-wire1', 'plexus-demo0'])
    ip('link', 'set', link, 'up')
  for (const pod of pods) ip('netns', 'add', pod)
}

/** The folder the reference plugins are in. @throws CniError with how to install them. */
export function pluginFolder(): string {
  const folder = PLUGIN_FOLDERS.find((one) =>
    ['bridge', 'macvlan', 'ipvlan', 'host-local'].every((name) => existsSync(`${one}/${name}`)),
  )
  if (folder !== undefined) return folder
  throw new CniError(
    CODE.delegateMissing,
    `plexus demo needs the reference plugins in ${PLUGIN_FOLDERS.join(' or ')} (Debian: apt-get install containernetworking-plugins)`,
  )
}

/** The path of a pod's network namespace. */
export function sandboxOf(pod: string): string {
  return `/run/netns/${pod}`
}

/** What `ip addr` prints inside a pod. */
export function addressesIn(pod: string): string {
  return ip('-netns', pod, 'addr', 'show')
}

/** Whether an address answers a pod's ping over one of its interfaces; asked three times at the most. */
export function answersPing(pod: string, ifName: string, address: string): boolean {
  const args = ['netns', 'exec', pod, 'ping', '-q', '-c', '1', '-W', '1', '-I', ifName, address]
  return [1, 2, 3].some(() => runCommand('ip', args).status === 0)
}

/** Everything an attachment could leave behind, each in words: links, addresses given out, journal files, locks. */
export function traces(pods: readonly string[]): readonly string[] {
  return [
    ...links([]).map((name) => `link ${name}`),
    ...pods.flatMap((pod) => links(['-netns', pod]).map((name) => `link ${name} in pod ${pod}`)),
    ...filesBelow(IPAM_FOLDER).filter((path) => !IPAM_BOOKKEEPING.test(path.slice(path.lastIndexOf('/') + 1))),
    ...filesBelow(`${DEMO_FOLDER}/state`),
  ]
}

function links(where: readonly string[]): readonly string[] {
  const all: readonly { readonly ifname: string }[] = JSON.parse(ip(...where, '-json', 'link', 'show'))
  return all.map(({ ifname }) => ifname)
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

function ip(...args: readonly string[]): string {
  const { status, stdout, stderr } = runCommand('ip', args)
  if (status === 0) return stdout
  throw new CniError(CODE.ioFailure, `ip ${args.join(' ')}: ${stderr.trim()}`)
}

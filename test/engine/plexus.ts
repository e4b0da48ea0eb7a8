import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createNetns, deleteNetns, links, type Netns } from '../node/namespaces.ts'

/** The executable that is tested: what `npm run build` made. */
export const PLEXUS = new URL('../../dist/plexus', import.meta.url).pathname

/** The folder of the fixture plugins. */
export const FIXTURE_PLUGINS = new URL('../plugins', import.meta.url).pathname

/** The folder of the reference plugins. */
export const REFERENCE_PLUGINS = '/usr/lib/cni'

/** What the executable printed, read as a result or as an error. */
export type Printed = {
  readonly cniVersion?: string
  readonly code?: number
  readonly msg?: string
  readonly details?: string
  readonly interfaces?: readonly { readonly name: string; readonly mac?: string; readonly sandbox?: string }[]
  readonly ips?: readonly { readonly address: string; readonly interface?: number; readonly version?: string }[]
  readonly routes?: readonly { readonly dst: string; readonly gw?: string }[]
}

/** How a call of the executable ended; `json` is what it printed, empty where it printed nothing. */
export type Ended = {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly json: Printed
}

/** What a call is made with, beyond what the node says. */
export type CallOptions = {
  readonly containerId?: string
  readonly pod?: string
  readonly netns?: string
  readonly ifName?: string
  readonly args?: string
  /** Keys over the node's configuration. */
  readonly config?: Readonly<Record<string, unknown>>
  /** The whole text on stdin, in place of a configuration. */
  readonly stdin?: string | Buffer
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What stands for the executable. */
  readonly command?: readonly [string, ...string[]]
}

/** A run of the fixture plugin `recorder`. */
export type Recorded = {
  readonly env: Readonly<Record<string, string>>
  readonly config: Record<string, unknown>
  readonly text: string
}

/** A node to test on: a sandbox, a folder that is its cluster, and a configuration that names both. */
export type TestNode = {
  readonly netns: Netns
  /** Everything the node keeps; gone at the end. */
  readonly folder: string
  /** The configuration a runtime would send. */
  readonly config: Readonly<Record<string, unknown>>
  /** Puts objects into the node's cluster, in the place of those put before. */
  readonly apply: (...objects: readonly object[]) => void
  readonly call: (verb: string, options?: CallOptions) => Promise<Ended>
  /** Starts a call without waiting for its end. */
  readonly start: (verb: string, options?: CallOptions) => { readonly pid: number; readonly ended: Promise<Ended> }
  /** The runs of the plugin `recorder`, in order. */
  readonly recorded: () => readonly Recorded[]
  /** The files below the node's `cniDir`. */
  readonly state: () => readonly string[]
}

/** The id of the container a node's calls are about, unless they say otherwise. */
export const CONTAINER = 'c0ffee'

/** Makes a node for the time `use` takes; `keys` go over its configuration. */
export async function withNode(
  keys: Readonly<Record<string, unknown>>,
  use: (node: TestNode) => Promise<void>,
): Promise<void> {
  const netns = createNetns()
  const folder = mkdtempSync('/run/plexus-node-')
  for (const name of ['cluster', 'records', 'state']) mkdirSync(`${folder}/${name}`)
  try {
    await use(testNode(netns, folder, keys))
  } finally {
    deleteNetns(netns)
    // A bridge that lost its last port keeps no MAC, and the reference plugin fails to use it as a gateway again.
    for (const { name, kind } of links()) if (kind === 'bridge') execFileSync('ip', ['link', 'delete', name])
    for (const path of [folder, '/var/lib/cni/networks']) rmSync(path, { recursive: true, force: true })
  }
}

/** A definition, as it would be applied to a cluster; `config` may be a text, for what is not JSON. */
export function definition(name: string, config: object | string, options: DefinitionOptions = {}): object {
  const { namespace = 'default', annotations = {} } = options
  return {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name, namespace, annotations },
    spec: { config: typeof config === 'string' ? config : JSON.stringify(config) },
  }
}
type DefinitionOptions = { readonly namespace?: string; readonly annotations?: Readonly<Record<string, string>> }

/** A pod of namespace default that asks for networks. */
export function pod(name: string, networks: string | readonly object[] = '', annotations: object = {}): object {
  const asked = typeof networks === 'string' ? networks : JSON.stringify(networks)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', annotations: { 'k8s.v1.cni.cncf.io/networks': asked, ...annotations } },
  }
}

/** A plugin configuration of the reference bridge, with addresses of 10.<net>.0.0/16. */
export function bridge(net: number, keys: object = {}): object {
  return {
    cniVersion: '1.0.0',
    name: `bridge${net}`,
    type: 'bridge',
    bridge: `br${net}`,
    ipam: { type: 'host-local', subnet: `10.${net}.0.0/16` },
    ...keys,
  }
}

/** What the plugin `recorder` is to print, as its configuration says it. */
export function answer(result: object | string): { readonly answer: string } {
  return { answer: Buffer.from(typeof result === 'string' ? result : JSON.stringify(result)).toString('base64') }
}

/** A configuration of the plugin `recorder`. */
export function recorder(name: string, keys: object = {}): object {
  return { cniVersion: '1.0.0', name, type: 'recorder', ...keys }
}

function testNode(netns: Netns, folder: string, keys: Readonly<Record<string, unknown>>): TestNode {
  const config = {
    cniVersion: '1.0.0',
    name: 'plexus-test',
    type: 'plexus',
    cniDir: `${folder}/state`,
    confDir: `${folder}/conf`,
    binDir: FIXTURE_PLUGINS,
    source: { files: `${folder}/cluster` },
    // Where the fixture plugin `recorder` keeps its records.
    delegateEnvironment: ['RECORDS'],
    ...keys,
  }
  const start: TestNode['start'] = (verb, options = {}) =>
    startPlexus(environment(verb, netns, folder, options), input(config, options), options.command)
  return {
    netns,
    folder,
    config,
    apply: (...objects) =>
      writeFileSync(`${folder}/cluster/all.json`, JSON.stringify({ kind: 'List', items: objects })),
    start,
    call: (verb, options) => start(verb, options).ended,
    recorded: () => recordedIn(`${folder}/records`),
    state: () =>
      readdirSync(`${folder}/state`, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => entry.name),
  }
}

function environment(
  verb: string,
  netns: Netns,
  folder: string,
  options: CallOptions,
): Record<string, string | undefined> {
  return {
    PATH: process.env['PATH'],
    RECORDS: `${folder}/records`,
    CNI_COMMAND: verb,
    CNI_CONTAINERID: options.containerId ?? CONTAINER,
    CNI_NETNS: options.netns ?? netns.path,
    CNI_IFNAME: options.ifName ?? 'eth0',
    CNI_PATH: REFERENCE_PLUGINS,
    CNI_ARGS: options.args ?? `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${options.pod ?? 'web'}`,
    ...options.env,
  }
}

function input(config: object, options: CallOptions): string | Buffer {
  return options.stdin ?? JSON.stringify({ ...config, ...options.config })
}

/** Starts the executable, or what else stands for it, with exactly an environment and an input. */
export function startPlexus(
  env: Record<string, string | undefined>,
  stdin: string | Buffer,
  command: readonly [string, ...string[]] = [PLEXUS],
): ReturnType<TestNode['start']> {
  const [program, ...args] = command
  const child = spawn(program, args, { env: env as NodeJS.ProcessEnv, cwd: '/' })
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  // It may answer before it has read everything.
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin)
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (status) =>
      resolve(endOf(status, Buffer.concat(stdout).toString(), Buffer.concat(stderr).toString())),
    )
  })
  return { pid: child.pid ?? 0, ended }
}

// Anything but one JSON object or nothing on stdout is a failure of every test.
function endOf(status: number | null, stdout: string, stderr: string): Ended {
  return { status, stdout, stderr, json: stdout === '' ? {} : JSON.parse(stdout) }
}

function recordedIn(folder: string): readonly Recorded[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.run'))
    .sort()
    .map((name) => {
      const [env = '', text = ''] = readFileSync(`${folder}/${name}`, 'utf8').split('\n\n')
      const pairs = env.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
      return { env: Object.fromEntries(pairs), config: JSON.parse(text), text: text.trim() }
    })
}

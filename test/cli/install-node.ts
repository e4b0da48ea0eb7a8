import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { inTemporaryFolder } from '../host/temporary.ts'

/** How a run of the installer ended. */
export type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string }

/** A run of the installer. */
export type Running = {
  readonly pid: number
  /** Waits until it has printed a text, on stdout or stderr. */
  readonly says: (text: string) => Promise<void>
  /** How often it has printed a text. */
  readonly said: (text: string) => number
  readonly ended: Promise<Ended>
  /** Tells it to end, and waits until it has. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ended>
}

/** A node to install Plexus on: a host whose files are below a folder, and a pod's service account. */
export type InstallNode = {
  /** What stands in front of the host's paths. */
  readonly root: string
  /** A folder that belongs to nobody. */
  readonly folder: string
  /** The program that is installed, in place of one of 100 MiB. */
  readonly executable: string
  readonly run: (...args: readonly string[]) => Promise<Ended>
  readonly start: (...args: readonly string[]) => Running
  /** Puts a file on the host: a text, or JSON. */
  readonly put: (path: string, content: string | object) => void
  /** A file of the host's, or undefined where there is none. */
  readonly read: (path: string) => string | undefined
  readonly remove: (path: string) => void
  /** What tells one state of a file from another: its inode, its mode and when it was written. */
  readonly identity: (path: string) => string
  /** The names of all files below a folder of the host's, hidden ones too. */
  readonly names: (folder: string) => readonly string[]
  /** Gives the pod another token, as the kubelet does: by a link to a folder that is replaced. */
  readonly setToken: (token: string) => void
}

export const NODE_CONFIG = '/etc/cni/net.d/00-plexus.conflist'
export const KUBECONFIG = '/etc/cni/net.d/plexus.d/plexus.kubeconfig'
export const CALICO = '/etc/cni/net.d/10-calico.conflist'
export const CA = '-----BEGIN CERTIFICATE-----\nnot read here\n-----END CERTIFICATE-----\n'

/** Where a pod of the node is told that the API server is, and what its authority is. */
export type InstallCluster = { readonly host: string; readonly port: number; readonly ca: string }

/** A cluster whose API server nobody reaches. */
const NO_CLUSTER: InstallCluster = { host: '10.96.0.1', port: 443, ca: CA }

/** A network such as a cluster's default one. */
export const CALICO_LIST = {
  name: 'k8s-pod-network',
  cniVersion: '0.4.0',
  plugins: [
    { type: 'calico', ipam: { type: 'calico-ipam' }, capabilities: { ips: false } },
    { type: 'portmap', snat: true, capabilities: { portMappings: true } },
    { type: 'bandwidth', capabilities: { bandwidth: true } },
  ],
}

const PROGRAM = [process.execPath, '--import', 'tsx', new URL('install-program.ts', import.meta.url).pathname]

/** Makes a node for the time `use` takes; it has no default network yet. */
export async function withInstallNode(
  use: (node: InstallNode) => Promise<void>,
  cluster: InstallCluster = NO_CLUSTER,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const root = `${folder}/host`
    const executable = `${folder}/plexus`
    writeFileSync(executable, '#!/bin/sh\necho version 1\n')
    chmodSync(executable, 0o755)
    mkdirSync(`${root}/etc/cni/net.d`, { recursive: true })
    mkdirSync(`${root}/opt/cni/bin`, { recursive: true })
    const running = new Set<ChildProcess>()
    const node = nodeIn(folder, root, executable, running, cluster)
    node.setToken('token-1')
    try {
      await use(node)
    } finally {
      for (const child of running) child.kill('SIGKILL')
    }
  })
}

/** Waits until something holds; the test's own time-out ends a wait in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}

function nodeIn(
  folder: string,
  root: string,
  executable: string,
  running: Set<ChildProcess>,
  { host, port, ca }: InstallCluster,
): InstallNode {
  const account = `${folder}/serviceaccount`
  const own = ['--host-root', root, '--executable-file', executable]
  const start = (command = '', ...args: readonly string[]): Running => {
    const [program = '', ...rest] = PROGRAM
    const all = [...rest, command, ...own, ...(command === 'install' ? ['--service-account', account] : []), ...args]
    const env = { PATH: process.env['PATH'], KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: String(port) }
    const child = spawn(program, all, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    return runningOf(child)
  }
  return {
    root,
    folder,
    executable,
    start,
    run: (...args) => start(...args).ended,
    put: (path, content) => {
      mkdirSync(dirname(`${root}${path}`), { recursive: true })
      writeFileSync(`${root}${path}`, typeof content === 'string' ? content : JSON.stringify(content))
    },
    read: (path) => (existsSync(`${root}${path}`) ? readFileSync(`${root}${path}`, 'utf8') : undefined),
    remove: (path) => rmSync(`${root}${path}`),
    identity: (path) => {
      const { ino, mode, mtimeMs } = statSync(`${root}${path}`)
      return `inode ${ino}, mode ${(mode & 0o7777).toString(8)}, written ${mtimeMs}`
    },
    names: (path) =>
      readdirSync(`${root}${path}`, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => entry.name)
        .sort(),
    setToken: (token) => setToken(account, token, ca),
  }
}

function setToken(account: string, token: string, ca: string): void {
  const version = `..${randomUUID()}`
  mkdirSync(`${account}/${version}`, { recursive: true })
  writeFileSync(`${account}/${version}/token`, token)
  writeFileSync(`${account}/${version}/ca.crt`, ca)
  symlinkSync(version, `${account}/..data_tmp`)
  renameSync(`${account}/..data_tmp`, `${account}/..data`)
  for (const name of ['token', 'ca.crt'])
    if (!existsSync(`${account}/${name}`)) symlinkSync(`..data/${name}`, `${account}/${name}`)
}

function runningOf(child: ChildProcess): Running {
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  const ended = new Promise<Ended>((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })))
  const said = (text: string): number => `${stdout}${stderr}`.split(text).length - 1
  return {
    pid: child.pid ?? 0,
    said,
    ended,
    says: (text) => until(() => said(text) > 0),
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export type CtrRun = { readonly status: number; readonly stdout: string; readonly stderr: string }

/** A containerd of the test's own, with a root file system of busybox for its containers. */
export type Containerd = {
  /** Runs `ctr` with the arguments. What it runs inherits its environment: the CNI plugins do. */
  readonly ctr: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<CtrRun>
  /** Runs a command in a new container that CNI attaches and detaches; programs are named `/bin/ip`, `/bin/sh`. */
  readonly run: (id: string, command: readonly string[], env?: Readonly<Record<string, string>>) => Promise<CtrRun>
  /** What containerd has logged. */
  readonly log: () => string
}

export type NodeNetwork = {
  /** The files of /etc/cni/net.d, by name. */
  readonly configs: Readonly<Record<string, unknown>>
  /** The executables copied to /opt/cni/bin, by path; each keeps its last name. */
  readonly plugins: readonly string[]
}

const CONFIGS = '/etc/cni/net.d'
const PLUGINS = '/opt/cni/bin'

/**
 * Starts containerd for the time `use` takes, on a node with just this network configuration, and stops it with all
 * it keeps. Throws outside the namespaces of scripts/isolated.sh, where it would replace the machine's configuration.
 */
export async function withContainerd<Result>(
  network: NodeNetwork,
  use: (containerd: Containerd) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'plexus-containerd-'))
  layNetwork(network)
  layRootfs(join(folder, 'rootfs'))
  const daemon = start(folder)
  try {
    const containerd = client(folder)
    await untilReady(containerd, daemon)
    return await use(containerd)
  } finally {
    await stop(daemon)
    rmSync(folder, { recursive: true, force: true })
  }
}

function layNetwork({ configs, plugins }: NodeNetwork): void {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
  if (!mounts.includes(' /etc/cni ') || !mounts.includes(' /opt/cni ')) {
    throw new Error('containerd is tested in the namespaces of scripts/isolated.sh only')
  }
  for (const folder of [CONFIGS, PLUGINS]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
  }
  for (const [name, config] of Object.entries(configs)) {
    writeFileSync(join(CONFIGS, name), typeof config === 'string' ? config : JSON.stringify(config))
  }
  for (const plugin of plugins) copyFileSync(plugin, join(PLUGINS, basename(plugin)))
}

function layRootfs(rootfs: string): void {
  for (const folder of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp']) mkdirSync(join(rootfs, folder), { recursive: true })
  copyFileSync('/bin/busybox', join(rootfs, 'bin/busybox'))
  for (const applet of ['cat', 'ip', 'ls', 'ping', 'sh', 'sleep', 'wget'])
    symlinkSync('busybox', join(rootfs, 'bin', applet))
}

function start(folder: string): ChildProcess {
  // The plugins for Kubernetes and for file systems that are not here only lengthen the start.
  const config = `
version = 2
root = "${folder}/root"
state = "${folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
[grpc]
  address = "${socketIn(folder)}"
[ttrpc]
  address = "${socketIn(folder)}.ttrpc"
`
  writeFileSync(join(folder, 'config.toml'), config)
  const log = openSync(logIn(folder), 'w')
  return spawn('containerd', ['--config', join(folder, 'config.toml')], { stdio: ['ignore', log, log] })
}

function client(folder: string): Containerd {
  const ctr: Containerd['ctr'] = (args, env = {}) =>
    new Promise((resolve, reject) => {
      const all = ['--address', socketIn(folder), ...args]
      execFile('ctr', all, { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') reject(error)
        else resolve({ status: Number(error?.code ?? 0), stdout, stderr })
      })
    })
  return {
    ctr,
    run: (id, command, env) => ctr(['run', '--rm', '--cni', '--rootfs', join(folder, 'rootfs'), id, ...command], env),
    log: () => readFileSync(logIn(folder), 'utf8'),
  }
}

async function untilReady(containerd: Containerd, daemon: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && daemon.exitCode === null; tries += 1) {
    if ((await containerd.ctr(['version'])).status === 0) return
    await sleep(50)
  }
  throw new Error(`containerd does not come up:\n${containerd.log()}`)
}

async function stop(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return
  const ended = once(daemon, 'exit')
  daemon.kill('SIGTERM')
  await ended
}

function socketIn(folder: string): string {
  return join(folder, 'containerd.sock')
}

function logIn(folder: string): string {
  return join(folder, 'log')
}

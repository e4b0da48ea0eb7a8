import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Daemon, daemon } from './daemon.ts'
import { kubernetesPrograms } from './kube-apiserver.ts'
import { BIN_DIR, CONF_DIR, NODE_ADDRESS, NODE_NAME } from './node-ground.ts'
import { PAUSE_IMAGE } from './node-images.ts'

/** The folder whose manifests the kubelet runs as static pods. */
export const MANIFESTS = '/var/lib/kubelet/manifests'

const run = promisify(execFile)

/** The runtime, as a node has it: containerd, asked by the kubelet, which asks the plugins of a CNI folder. */
export function nodeContainerd(folder: string): Daemon {
  const config = `
version = 2
root = "${folder}/containerd"
state = "${folder}/containerd-state"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "${runtimeSocket(folder)}"
[ttrpc]
  address = "${runtimeSocket(folder)}.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # Where the tests run, a process may not be made less likely to be killed than the one that starts it.
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${BIN_DIR}"
    conf_dir = "${CONF_DIR}"
`
  writeFileSync(`${folder}/containerd.toml`, config)
  return daemon({
    command: ['containerd', '--config', `${folder}/containerd.toml`],
    log: `${folder}/containerd.log`,
    isReady: () => succeeds('ctr', ['--address', runtimeSocket(folder), 'version']),
  })
}

/** Gives the runtime the images of an archive. */
export async function importImages(folder: string, archive: string): Promise<void> {
  await run('ctr', ['--address', runtimeSocket(folder), '--namespace', 'k8s.io', 'images', 'import', archive])
}

/** The kubelet of the node; `controlGroup` is where it makes those of its pods. */
export function nodeKubelet(folder: string, kubeconfig: string, controlGroup: string): Daemon {
  mkdirSync(MANIFESTS, { recursive: true })
  writeFileSync(`${folder}/kubelet.json`, JSON.stringify(kubeletConfig(controlGroup)))
  const program = `${kubernetesPrograms()}/kubelet`
  const flags = [
    `--config=${folder}/kubelet.json`,
    `--kubeconfig=${kubeconfig}`,
    '--container-runtime=remote',
    `--container-runtime-endpoint=unix://${runtimeSocket(folder)}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NODE_ADDRESS}`,
    `--pod-infra-container-image=${PAUSE_IMAGE}`,
    '--volume-plugin-dir=/var/lib/kubelet/volume-plugins',
  ]
  return daemon({
    command: [program, ...flags],
    log: `${folder}/kubelet.log`,
    isReady: async () => (await fetch('http://127.0.0.1:10248/healthz').catch(() => undefined))?.ok === true,
  })
}

function runtimeSocket(folder: string): string {
  return `${folder}/containerd.sock`
}

function kubeletConfig(controlGroup: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${controlGroup}`,
    enforceNodeAllocatable: [],
    // A full disk of the machine is none of the tests' business.
    evictionHard: { 'memory.available': '1Mi', 'nodefs.available': '1Mi', 'imagefs.available': '1Mi' },
    imageGCHighThresholdPercent: 100,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    nodeStatusUpdateFrequency: '2s',
    resolvConf: '',
    staticPodPath: MANIFESTS,
    fileCheckFrequency: '1s',
    // How soon a pod whose networks failed is tried again.
    syncFrequency: '5s',
  }
}

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(program, args)
    return true
  } catch {
    return false
  }
}

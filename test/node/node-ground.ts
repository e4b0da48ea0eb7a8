import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { PORT, SERVICE_ADDRESS } from './kube-apiserver.ts'

/** The node's own address, on its uplink `eth0`. */
export const NODE_ADDRESS = '192.0.2.10'
/** The node's name. */
export const NODE_NAME = 'node1'
/** The folder of the runtime's plugins, where the node has the reference plugins. */
export const BIN_DIR = '/opt/cni/bin'
/** The folder of the runtime's network configurations. */
export const CONF_DIR = '/etc/cni/net.d'

const PLUGINS = ['bridge', 'host-local', 'loopback', 'macvlan', 'portmap', 'static', 'tuning']

// What the kubelet would set for the whole machine, were it not to find it as it wants it.
const KERNEL_SETTINGS = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/keys/root_maxbytes': 25_000_000,
}

/**
 * Makes of the namespaces of scripts/isolated.sh what a node is before Kubernetes comes: an uplink with a default route,
 * the reference plugins, folders of its own. Throws elsewhere, where it would change the machine.
 */
export function layGround(folder: string): void {
  if (!readFileSync('/proc/self/mountinfo', 'utf8').includes(' /opt/cni '))
    throw new Error('a node is made in the namespaces of scripts/isolated.sh only')
  for (const path of ['/var/lib/kubelet', '/var/log']) {
    mkdirSync(path, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', path])
  }
  layKernelSettings(`${folder}/sys`)
  layNetwork(folder)
  for (const path of [BIN_DIR, CONF_DIR]) mkdirSync(path, { recursive: true })
  for (const name of PLUGINS) copyFileSync(`/usr/lib/cni/${name}`, `${BIN_DIR}/${name}`)
}

function layKernelSettings(folder: string): void {
  for (const [name, value] of Object.entries(KERNEL_SETTINGS)) {
    const file = `${folder}/${name.replaceAll('/', '-')}`
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, `${value}\n`)
    execFileSync('mount', ['--bind', file, `/proc/sys/${name}`])
  }
}

function layNetwork(folder: string): void {
  ip('link add eth0 type veth peer name wire0')
  for (const link of ['eth0', 'wire0']) ip(`link set ${link} up`)
  ip(`address add ${NODE_ADDRESS}/24 dev eth0`)
  ip('route add default via 192.0.2.1')
  // The kubelet asks whether it is in some cloud; nobody would answer, and it would wait.
  ip('route add unreachable 169.254.0.0/16')
  // What kube-proxy does: the address that pods are told is the API server's leads to it.
  ip(`address add ${SERVICE_ADDRESS}/32 dev lo`)
  const rule = `-t nat -A OUTPUT -p tcp -d ${SERVICE_ADDRESS} --dport 443 -j DNAT --to-destination 127.0.0.1:${PORT}`
  execFileSync('iptables', rule.split(' '))
  // The API server looks the node up by its name.
  writeFileSync(`${folder}/hosts`, `127.0.0.1 localhost\n${NODE_ADDRESS} ${NODE_NAME}\n`)
  execFileSync('mount', ['--bind', `${folder}/hosts`, '/etc/hosts'])
}

function ip(words: string): void {
  execFileSync('ip', words.split(' '))
}

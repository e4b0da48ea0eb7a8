import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type FakeCall, refuse, runPlugin } from './fake-provider-call.ts'

const SUBNET_FILE = '/run/flannel/subnet.env'
const STATE = '/var/lib/cni/flannel'
const WANTED = ['FLANNEL_NETWORK', 'FLANNEL_SUBNET', 'FLANNEL_MTU', 'FLANNEL_IPMASQ']

/** ADD: makes the delegate's configuration of its own and flanneld's, keeps it for the DEL, and has the delegate add. */
export function fakeFlannelAdd({ containerId, config }: FakeCall): string {
  const net = subnetEnv()
  const delegate = {
    type: 'bridge',
    ipMasq: net['FLANNEL_IPMASQ'] !== 'true',
    mtu: Number(net['FLANNEL_MTU']),
    isGateway: true,
    ...(config['delegate'] as object),
    name: config['name'],
    cniVersion: config['cniVersion'],
    ...(config['runtimeConfig'] ? { runtimeConfig: config['runtimeConfig'] } : {}),
    ipam: {
      type: 'host-local',
      ranges: [[{ subnet: networkOf(net['FLANNEL_SUBNET'] ?? '') }]],
      routes: [{ dst: net['FLANNEL_NETWORK'] }],
    },
  }
  mkdirSync(STATE, { recursive: true, mode: 0o700 })
  writeFileSync(`${STATE}/${containerId}`, JSON.stringify(delegate), { mode: 0o600 })
  return runPlugin(delegate.type, delegate)
}

/** DEL: from what ADD kept alone; without it there is nothing to delete. */
export function fakeFlannelDel({ containerId }: FakeCall): string {
  const file = `${STATE}/${containerId}`
  if (!existsSync(file)) return ''
  const delegate = JSON.parse(readFileSync(file, 'utf8'))
  const stdout = runPlugin(delegate.type, delegate)
  rmSync(file)
  return stdout
}

function subnetEnv(): Readonly<Record<string, string>> {
  const pairs = readFileSync(SUBNET_FILE, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('='))
  const net: Record<string, string> = Object.fromEntries(pairs)
  for (const key of WANTED) if (!net[key]) refuse(`${SUBNET_FILE} is missing ${key}`)
  return net
}

// FLANNEL_SUBNET is the gateway's address with the length of the subnet, a /24 in these tests.
function networkOf(address: string): string {
  return address.replace(/\.\d+\//, '.0/')
}

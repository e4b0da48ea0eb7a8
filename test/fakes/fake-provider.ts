import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { assertCalled, type FakeCall, printed, refuse, runReference } from './fake-provider-call.ts'
import { fakeFlannelAdd, fakeFlannelDel } from './fake-provider-flannel.ts'
import { fakeMultus } from './fake-provider-multus.ts'

// bun test/fakes/fake-provider.ts NAME
//
// Stands in for the CNI plugin of a provider whose program is not to be had here: it refuses a call that the real one
// could not work with, and then makes a real interface through a reference plugin.

const GATEWAY_ROUTE = { routes: [{ dst: '0.0.0.0/0' }] }
const POD_CIDR = '10.244.1.0/24'
const CILIUM_STATE = '/var/run/cilium/state'

const NAMES = {
  calico: fakeCalico,
  'cilium-cni': fakeCilium,
  flannel: fakeFlannel,
  multus: fakeMultus,
  'weave-net': fakeWeave,
} as const satisfies Record<string, (call: FakeCall) => string>

const run = NAMES[process.argv[2] as keyof typeof NAMES]
const { CNI_COMMAND: verb = '', CNI_CONTAINERID: containerId = '' } = process.env
process.stdout.write(run({ verb, containerId, config: JSON.parse(readFileSync(0, 'utf8')) }))

/** Wants its node's name, its kubeconfig and the pod; with `usePodCidr` its addresses are the node's of Kubernetes. */
function fakeCalico(call: FakeCall): string {
  assertCalled('calico', call, { pod: true, files: ['/var/lib/calico/nodename', '/etc/cni/net.d/calico-kubeconfig'] })
  // What the real one says there, too.
  if (call.verb === 'CHECK') return 'OK\n'
  const { ipam, mtu } = call.config as { readonly ipam: { readonly subnet?: string }; readonly mtu: number }
  const subnet = ipam.subnet === 'usePodCidr' ? POD_CIDR : '192.168.77.0/26'
  return runReference(call, { type: 'ptp', mtu, ipam: { type: 'host-local', subnet, ...GATEWAY_ROUTE } })
}

/** Wants its agent's socket and the pod. Alone it makes the interface; chained it takes over the one it is handed. */
function fakeCilium(call: FakeCall): string {
  assertCalled('cilium-cni', call, { pod: true, files: ['/var/run/cilium/cilium.sock'] })
  const own = { type: 'ptp', mtu: 1450, ipam: { type: 'host-local', subnet: '10.0.1.0/24', ...GATEWAY_ROUTE } }
  if (call.config['chaining-mode'] === undefined) return runReference(call, own)
  return fakeCiliumChained(call)
}

function fakeCiliumChained({ verb, containerId, config }: FakeCall): string {
  const endpoint = `${CILIUM_STATE}/${containerId}`
  if (verb === 'DEL') rmSync(endpoint, { force: true })
  if (verb === 'DEL') return ''
  const { prevResult } = config as { readonly prevResult?: { readonly ips?: readonly object[] } }
  if (!prevResult?.ips?.length) refuse('cilium-cni is chained and got no address from the plugin before it')
  if (verb === 'CHECK') return ''
  mkdirSync(CILIUM_STATE, { recursive: true })
  writeFileSync(endpoint, JSON.stringify(prevResult))
  return printed(prevResult)
}

/** Wants what flanneld wrote, and has bridge do the work, as its documentation says. */
function fakeFlannel(call: FakeCall): string {
  assertCalled('flannel', call, { pod: false, files: call.verb === 'ADD' ? ['/run/flannel/subnet.env'] : [] })
  switch (call.verb) {
    case 'ADD':
      return fakeFlannelAdd(call)
    case 'DEL':
      return fakeFlannelDel(call)
    default:
      return ''
  }
}

/** Wants its configuration alone; a bridge named `weave` is the real one's as well. */
function fakeWeave(call: FakeCall): string {
  assertCalled('weave-net', call, { pod: false, files: [] })
  const { hairpinMode } = call.config
  const ipam = { type: 'host-local', subnet: '10.32.0.0/12', ...GATEWAY_ROUTE }
  return runReference(call, { type: 'bridge', bridge: 'weave', isGateway: true, hairpinMode, ipam })
}

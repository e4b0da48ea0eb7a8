import { capabilityArgs, requireCapabilities } from '../../src/attach/capability-args.ts'
import { NETWORKS_ANNOTATION } from '../../src/attach/pod.ts'
import type { Selection } from '../../src/attach/selection.ts'
import { selections } from '../../src/attach/selections.ts'
import { networkList } from '../../src/cni/index.ts'
import { assert, test } from '../harness.ts'
import { refusal } from './refusal.ts'

function selection(keys: object): Selection {
  const [selected] = selections(JSON.stringify([{ name: 'blue', ...keys }]), 'pods', NETWORKS_ANNOTATION)
  return selected as Selection
}

function network(...capabilities: readonly Readonly<Record<string, boolean>>[]) {
  const plugins = [{ type: 'macvlan' }, ...capabilities.map((declared) => ({ type: 'tuning', capabilities: declared }))]
  return networkList({ name: 'blue', plugins }, 'test')
}

const MAPPING = { hostPort: 1, containerPort: 2, protocol: 'TCP' }

const ASKED = [
  ['ips', { ips: ['10.0.0.1/24'] }, { ips: ['10.0.0.1/24'] }],
  ['mac', { mac: '02:00:00:00:00:01' }, { mac: '02:00:00:00:00:01' }],
  ['infinibandGUID', { 'infiniband-guid': '02:00:00:00:00:00:00:01' }, { infinibandGUID: '02:00:00:00:00:00:00:01' }],
  ['portMappings', { portMappings: [MAPPING] }, { portMappings: [MAPPING] }],
  ['bandwidth', { bandwidth: { ingressRate: 5, ingressBurst: 6 } }, { bandwidth: { ingressRate: 5, ingressBurst: 6 } }],
] as const

for (const [capability, keys, args] of ASKED) {
  test(`C3: what a pod asks for becomes the capability argument ${capability}, which a plugin must declare`, () => {
    const asked = selection(keys)
    assert.equal(capabilityArgs(asked), args)
    requireCapabilities(network({}, { [capability]: true }), asked)
    for (const declared of [{}, { [capability]: false }]) {
      assert.is(
        refusal(() => requireCapabilities(network(declared), asked)),
        `113 "${capability}" is asked for, but no plugin of the network declares the capability; add "capabilities": {"${capability}": true} to macvlan or tuning`,
      )
    }
  })
}

test('C3: several capabilities that are missing are named together', () => {
  const asked = selection({ ips: ['10.0.0.1'], mac: '02:00:00:00:00:01', bandwidth: { egressRate: 1 } })
  assert.is(
    refusal(() => requireCapabilities(network({ mac: true }), asked)),
    '113 "ips" and "bandwidth" are asked for, but no plugin of the network declares the capabilities; add "capabilities": {"ips": true, "bandwidth": true} to macvlan or tuning',
  )
})

test('C3: a device id is an argument that no plugin has to declare', () => {
  const asked = selection({ deviceID: '0000:03:02.3' })
  assert.equal(capabilityArgs(asked), { deviceID: '0000:03:02.3' })
  requireCapabilities(network(), asked)
})

test('C3: a selection that asks for nothing has no arguments', () => {
  assert.equal(capabilityArgs(selection({ 'cni-args': { a: 1 }, 'default-route': [], interface: 'eth1' })), {})
})

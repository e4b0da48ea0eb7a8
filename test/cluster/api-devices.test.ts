import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { definition, recorder } from '../engine/plexus.ts'
import { type ListedPod, withFakeKubelet } from '../fakes/fake-kubelet.ts'
import { assert } from '../harness.ts'
import { type ApiNode, apiPod, apiTest, eventsOf, podArgs, statusOf, uidOf } from './api-node.ts'

const SRIOV = 'intel.com/sriov'
const KUBELET = '/var/lib/kubelet'
const DEVINFO = '/var/run/k8s.cni.cncf.io/devinfo'
const RESOURCE = { annotations: { 'k8s.v1.cni.cncf.io/resourceName': SRIOV } }
const VF1 = { type: 'pci', version: '1.1.0', pci: { 'pci-address': '0000:03:02.1' } }

/** A definition whose attachments take a device, and whose plugin keeps what it is given. */
function deviceDefinition(name: string): object {
  return definition(name, recorder(name, { capabilities: { deviceID: true, CNIDeviceInfoFile: true } }), RESOURCE)
}

/** Runs `use` while the kubelet answers at its usual place. */
async function withKubelet(pods: readonly ListedPod[], use: () => Promise<void>): Promise<void> {
  await withFakeKubelet([{ kind: 'pods', pods }], async (socketPath) => {
    mkdirSync(`${KUBELET}/pod-resources`, { recursive: true })
    symlinkSync(socketPath, `${KUBELET}/pod-resources/kubelet.sock`)
    try {
      await use()
    } finally {
      rmSync(`${KUBELET}/pod-resources`, { recursive: true })
    }
  })
}

function filesOf(folder: string): readonly string[] {
  return existsSync(`${DEVINFO}/${folder}`) ? readdirSync(`${DEVINFO}/${folder}`) : []
}

function given(node: ApiNode): readonly object[] {
  return node
    .recorded()
    .filter(({ config }) => config['deviceID'] !== undefined)
    .map(({ env, config: { deviceID, pciBusID, runtimeConfig } }) => ({
      call: `${env['CNI_COMMAND']} ${env['CNI_IFNAME']}`,
      deviceID,
      pciBusID,
      runtimeConfig,
    }))
}

function expected(call: string, device: string, network: string, ifName: string): object {
  const CNIDeviceInfoFile = `${DEVINFO}/cni/default-${network}-c0ffee_${ifName}`
  return { call, deviceID: device, pciBusID: device, runtimeConfig: { deviceID: device, CNIDeviceInfoFile } }
}

apiTest(
  "C12, E1: a definition's attachments get the devices the kubelet gave the pod, one each, and the status says of them what is known",
  {},
  async (node) => {
    node.api.apply(deviceDefinition('sriov'), apiPod('with-devices', 'sriov,sriov'))
    mkdirSync(`${DEVINFO}/dp`, { recursive: true })
    writeFileSync(`${DEVINFO}/dp/intel.com-sriov-0000:03:02.1-device.json`, JSON.stringify(VF1))
    const containers = [{ [SRIOV]: ['0000:03:02.3'] }, { [SRIOV]: ['0000:03:02.1'] }]
    await withKubelet([{ namespace: 'default', name: 'with-devices', containers }], async () => {
      const { status, stdout } = await node.call('ADD', podArgs('with-devices'))
      assert.is(status, 0, stdout)
    })
    assert.equal(
      statusOf(node.api, 'with-devices').map((entry) => entry['device-info']),
      [undefined, VF1, undefined],
    )
    assert.equal(filesOf('cni'), ['default-sriov-c0ffee_net1'])
    // The kubelet has forgotten the pod by now: DEL gives what ADD gave.
    assert.is((await node.call('DEL', podArgs('with-devices'))).status, 0)
    assert.equal(given(node), [
      expected('ADD net1', '0000:03:02.1', 'sriov', 'net1'),
      expected('ADD net2', '0000:03:02.3', 'sriov', 'net2'),
      expected('DEL net2', '0000:03:02.3', 'sriov', 'net2'),
      expected('DEL net1', '0000:03:02.1', 'sriov', 'net1'),
    ])
    assert.equal(filesOf('cni'), [])
    assert.is(filesOf('dp').length, 1, "a device plugin's own file stays")
  },
)

apiTest(
  'C12: a pod with too few devices is error 117 with both numbers, nothing is run, and an Event says it',
  {},
  async (node) => {
    node.api.apply(deviceDefinition('sriov'), apiPod('too-few', 'sriov,sriov'))
    await withKubelet([{ namespace: 'default', name: 'too-few', containers: [{ [SRIOV]: ['a'] }] }], async () => {
      const { json } = await node.call('ADD', podArgs('too-few'))
      assert.is(json.code, 117)
      assert.match(json.msg ?? '', `no device of resource "${SRIOV}" is left: the pod has 1, its networks want 2`)
      assert.equal(eventsOf(node.api, 'too-few'), [{ type: 'Warning', reason: 'FailedAttachment', message: json.msg }])
    })
    assert.equal([node.recorded(), node.state(), filesOf('cni')], [[], [], []])
  },
)

apiTest("C12: where the kubelet has no socket its checkpoint says the pod's devices, by UID", {}, async (node) => {
  node.api.apply(deviceDefinition('sriov'), apiPod('by-checkpoint', 'sriov'))
  const PodUID = uidOf(node.api, 'by-checkpoint')
  const entry = { PodUID, ContainerName: 'app', ResourceName: SRIOV, DeviceIDs: { '0': ['b'], '1': ['a'] } }
  mkdirSync(`${KUBELET}/device-plugins`, { recursive: true })
  const checkpoint = `${KUBELET}/device-plugins/kubelet_internal_checkpoint`
  writeFileSync(checkpoint, JSON.stringify({ Data: { PodDeviceEntries: [entry] }, Checksum: 1 }))
  const { status, stdout } = await node.call('ADD', podArgs('by-checkpoint'))
  assert.is(status, 0, stdout)
  assert.equal(given(node), [expected('ADD net1', 'a', 'sriov', 'net1')])
})

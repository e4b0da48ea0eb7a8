import { writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { assert, test } from '../harness.ts'
import {
  CALICO,
  CALICO_LIST,
  type InstallNode,
  KUBECONFIG,
  NODE_CONFIG,
  until,
  withInstallNode,
} from './install-node.ts'

const LAN = { cniVersion: '0.3.1', name: 'lan', type: 'bridge' }

const tokenOn = (node: InstallNode): string => parse(node.read(KUBECONFIG) ?? '').users[0].user.token

/** A node on which Plexus is installed, and an installer that stays. */
async function watched(node: InstallNode, ...args: readonly string[]) {
  node.put(CALICO, CALICO_LIST)
  const installer = node.start('install', '--watch', ...args)
  await installer.says('staying')
  return installer
}

test('G5: the kubeconfig follows the service account to its new token, in one step, and stays readable by root alone', () =>
  withInstallNode(async (node) => {
    const installer = await watched(node)
    assert.is(tokenOn(node), 'token-1')
    const [before, config] = [node.identity(KUBECONFIG), node.identity(NODE_CONFIG)]
    node.setToken('token-2')
    await until(() => tokenOn(node) === 'token-2')
    assert.not.equal(node.identity(KUBECONFIG), before)
    assert.match(node.identity(KUBECONFIG), 'mode 600,')
    assert.is(node.identity(NODE_CONFIG), config)
    assert.equal(node.names('/etc/cni/net.d/plexus.d'), ['plexus.kubeconfig'])
    assert.is((await installer.stop()).status, 0)
  }))

test('G5: while there is no token the kubeconfig of before stays; what is wrong is said once', () =>
  withInstallNode(async (node) => {
    const installer = await watched(node)
    node.setToken('')
    await installer.says('token: is empty or missing; what was written before stays')
    assert.is(tokenOn(node), 'token-1')
    node.setToken('token-3')
    await until(() => tokenOn(node) === 'token-3')
    assert.is(installer.said('is empty or missing'), 1)
    await installer.stop()
  }))

test('G8a: nothing is removed when the installer ends, however it ends', () =>
  withInstallNode(async (node) => {
    for (const signal of ['SIGTERM', 'SIGKILL', 'SIGINT'] as const) {
      const installer = await watched(node)
      await installer.stop(signal)
      assert.equal(node.names('/etc/cni/net.d'), ['00-plexus.conflist', '10-calico.conflist', 'plexus.kubeconfig'])
      assert.ok(node.read('/opt/cni/bin/plexus'))
    }
  }))

test('H6: the node configuration follows the version and the capabilities of the default network', () =>
  withInstallNode(async (node) => {
    const installer = await watched(node)
    node.put(CALICO, {
      ...CALICO_LIST,
      cniVersion: '1.0.0',
      plugins: [{ type: 'calico', capabilities: { ips: true } }],
    })
    await until(() => node.read(NODE_CONFIG)?.includes('"1.0.0"') === true)
    assert.equal(JSON.parse(node.read(NODE_CONFIG) ?? '').plugins[0].capabilities, { ips: true })
    await installer.stop()
  }))

test('G8a: a default network that breaks or goes is said, and the node configuration stays as it was', () =>
  withInstallNode(async (node) => {
    const installer = await watched(node)
    const before = node.identity(NODE_CONFIG)
    node.put(CALICO, '{"name": "k8s-pod-network", "plugins": [')
    await installer.says('the default network is lost: ')
    node.remove(CALICO)
    await installer.says('10-calico.conflist: cannot be read: no such file or directory')
    assert.is(node.identity(NODE_CONFIG), before)
    await installer.stop()
  }))

test('H6: another default network is never taken silently: it is said, and taken by the next install', () =>
  withInstallNode(async (node) => {
    const installer = await watched(node)
    node.put('/etc/cni/net.d/05-lan.conf', LAN)
    await installer.says('05-lan.conf: would be the default network now; /etc/cni/net.d/10-calico.conflist stays it')
    assert.is(JSON.parse(node.read(NODE_CONFIG) ?? '').plugins[0].clusterNetwork, CALICO)
    await installer.stop()
    await node.run('install')
    assert.is(JSON.parse(node.read(NODE_CONFIG) ?? '').plugins[0].clusterNetwork, '/etc/cni/net.d/05-lan.conf')
  }))

test('G8a: a node configuration that is removed, set aside by Cilium or shadowed is said, and not written again', () =>
  withInstallNode(async (node) => {
    const installer = await watched(node)
    node.put('/etc/cni/net.d/00-multus.conf', { name: 'multus-cni-network', type: 'multus' })
    await installer.says('00-multus.conf: comes first, and the runtime takes it in place of')
    const text = node.read(NODE_CONFIG) ?? ''
    node.remove(NODE_CONFIG)
    await installer.says('00-plexus.conflist: has been removed: install Plexus again')
    node.put(`${NODE_CONFIG}.cilium_bak`, text)
    await installer.says('Cilium has set it aside: give Cilium cni.exclusive=false')
    node.setToken('token-2')
    node.put('/etc/cni/net.d/20-lan.conf', LAN)
    await installer.stop()
    assert.is(node.read(NODE_CONFIG), undefined)
    await node.run('install')
    assert.is(node.read(NODE_CONFIG), text)
  }))

test('H6: uninstall wins over an installer that stays', () =>
  withInstallNode(async (node) => {
    const installer = await watched(node)
    await node.run('uninstall')
    await installer.says('has been removed')
    node.setToken('token-2')
    await installer.stop()
    assert.equal(node.names('/etc/cni/net.d'), ['10-calico.conflist'])
  }))

test('G5: the further keys of --node-config are followed; broken ones are said and not written', () =>
  withInstallNode(async (node) => {
    const more = `${node.folder}/node-config.json`
    writeFileSync(more, '{}')
    const installer = await watched(node, '--node-config', more)
    writeFileSync(more, '{"logLevel": "debug"}')
    await until(() => node.read(NODE_CONFIG)?.includes('"logLevel": "debug"') === true)
    const before = node.identity(NODE_CONFIG)
    writeFileSync(more, '{"logLevel": 7}')
    await installer.says('logLevel: ')
    assert.is(node.identity(NODE_CONFIG), before)
    await installer.stop()
  }))

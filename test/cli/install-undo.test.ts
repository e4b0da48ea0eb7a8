import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync } from 'node:fs'
import { firstNetworkFile } from '../../src/cni/index.ts'
import { hostFiles } from '../../src/host/index.ts'
import { bridge, CONTAINER, PLEXUS, pod, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { CALICO, CALICO_LIST, KUBECONFIG, withInstallNode } from './install-node.ts'

const EXECUTABLE = '/opt/cni/bin/plexus'

test('K3: uninstall removes what install wrote and nothing else; the default network takes over, untouched', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    node.put('/etc/cni/net.d/calico-kubeconfig', 'kind: Config')
    node.put('/opt/cni/bin/bridge', '')
    const firstOf = () => firstNetworkFile(hostFiles, `${node.root}/etc/cni/net.d`, () => undefined)?.list.name
    const [identity, text] = [node.identity(CALICO), node.read(CALICO)]
    await node.run('install')
    assert.is(firstOf(), 'plexus-network')
    const { status, stdout, stderr } = await node.run('uninstall')
    assert.is(status, 0, stderr)
    assert.match(stdout, /00-plexus\.conflist: removed\n.*plexus\.kubeconfig: removed/)
    assert.equal(node.names('/'), ['10-calico.conflist', 'bridge', 'calico-kubeconfig', 'plexus'])
    assert.not.ok(existsSync(`${node.root}/etc/cni/net.d/plexus.d`))
    assert.is(node.identity(CALICO), identity)
    assert.is(node.read(CALICO), text)
    assert.is(firstOf(), 'k8s-pod-network')
    assert.is((await node.run('install')).status, 0)
    assert.is(firstOf(), 'plexus-network')
  }))

test('H6: uninstall may come twice, and on a node where nothing is installed', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    await node.run('install')
    for (const _ of ['second', 'third']) {
      const { status, stderr } = await node.run('uninstall', '--executable')
      assert.is(status, 0, stderr)
      assert.equal(node.names('/'), ['10-calico.conflist'])
    }
  }))

test('H6: uninstall leaves a kubeconfig that it did not write, a folder with more in it, and another program', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    await node.run('install')
    node.put(KUBECONFIG, 'kind: Config')
    node.put('/etc/cni/net.d/plexus.d/notes', '')
    node.put(EXECUTABLE, '#!/bin/sh\necho somebody else\n')
    const { status, stderr } = await node.run('uninstall', '--executable')
    assert.is(status, 1)
    assert.match(stderr, /plexus: is another program, or another version of this one: it stays/)
    assert.equal(node.names('/'), ['10-calico.conflist', 'notes', 'plexus', 'plexus.kubeconfig'])
  }))

test('H6: uninstall removes what an interrupted install left', () =>
  withInstallNode(async (node) => {
    node.put('/etc/cni/net.d/.00-plexus.conflist.new-0123456789ab', '{')
    await node.run('uninstall')
    assert.equal(node.names('/'), [])
  }))

test(
  'K3: the containers of before can be deleted after uninstall: the executable stays for them, and needs no more than its journal',
  () =>
    withNode({ delegates: [bridge(71)] }, async ({ apply, call, config, netns, state }) => {
      apply(pod('web'))
      await withInstallNode(async (node) => {
        node.put(CALICO, CALICO_LIST)
        copyFileSync(PLEXUS, node.executable)
        chmodSync(node.executable, 0o755)
        const { cniDir } = config as { readonly cniDir: string }
        const place = ['--host-root', '', '--cni-dir', cniDir]
        for (const flag of ['bin', 'conf']) place.push(`--cni-${flag}-dir`, `${node.folder}/${flag}`)
        node.put(CALICO, CALICO_LIST)
        await node.run('install', ...place, '--default-network', `${node.root}${CALICO}`)
        const added = await call('ADD')
        assert.is(added.status, 0, added.stdout)
        const first = await node.run('uninstall', ...place, '--executable')
        assert.is(first.status, 1)
        assert.match(first.stderr, /attached and not deleted yet: 1\. The executable stays and answers their DEL/)
        const env = {
          CNI_COMMAND: 'DEL',
          CNI_CONTAINERID: CONTAINER,
          CNI_NETNS: netns.path,
          CNI_IFNAME: 'eth0',
          CNI_PATH: `${node.folder}/bin`,
          PATH: process.env['PATH'],
        }
        const stdin = JSON.stringify({ ...config, source: undefined, kubeconfig: '/nowhere', agentSocket: '/nowhere' })
        const del = spawnSync(`${node.folder}/bin/plexus`, { env, input: stdin, encoding: 'utf8' })
        assert.is(del.status, 0, del.stdout)
        assert.equal(state(), [])
        assert.is((await node.run('uninstall', ...place, '--executable')).status, 0)
        assert.not.ok(existsSync(`${node.folder}/bin/plexus`))
      })
    }),
  { timeoutMs: 60_000 },
)

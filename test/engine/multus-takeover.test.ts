import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { fakeMultusAdd } from '../fakes/fake-multus-add.ts'
import { assert, test } from '../harness.ts'
import { leftovers, runIn } from '../node/namespaces.ts'
import { inSandbox, multusOf, recordedRuns, rulesOfContainers, scratchFixture, withUplink } from './multus.ts'
import { bridge, FIXTURE_PLUGINS, recorder, type TestNode, withNode } from './plexus.ts'

const FIXTURES = ['v4.0-single-plugins', 'v4.3-cluster-network', 'after-4.3-cluster-network']
const PORTS = { portMappings: [{ hostPort: 18_080, containerPort: 80, protocol: 'tcp' }] }

const base64 = (config: object | string): string =>
  Buffer.from(typeof config === 'string' ? config : JSON.stringify(config)).toString('base64')

/** A delegate of a scratch file that is a single plugin. */
const delegate = (config: object, keys: object = {}): object => ({
  Conf: { type: 'any' },
  ConfList: {},
  Bytes: base64(config),
  ...keys,
})

function pick(from: object, key: string): object {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name === key))
}

/** Has Multus attach the container with these delegates. */
function attachByMultus(node: TestNode, delegates: readonly object[]): void {
  writeFileSync(`${node.folder}/scratch`, JSON.stringify(delegates))
  fakeMultusAdd(multusOf(node), `${node.folder}/scratch`)
}

test(
  'F6, D1: what each Multus attached is deleted through real plugins, and nothing of it is left',
  async () => {
    for (const fixture of FIXTURES) {
      await withUplink(async () => {
        const before = leftovers()
        await withNode({ delegates: [bridge(40)], type: 'multus' }, async (node) => {
          fakeMultusAdd(multusOf(node, { runtimeConfig: PORTS }), scratchFixture(fixture))
          assert.ok(inSandbox(node).length >= 3, 'it was attached')
          assert.ok(leftovers().leases.length >= 2)
          if (!fixture.startsWith('v4.0')) assert.match(rulesOfContainers(), /CNI-DN-/)
          const { status, stdout, stderr } = await node.call('DEL')
          assert.is(status, 0, `${fixture}: ${stdout}`)
          assert.is(stderr, '')
          assert.equal(inSandbox(node), ['lo'], fixture)
          assert.equal(leftovers().leases, before.leases, fixture)
          assert.is(rulesOfContainers(), '', fixture)
          assert.equal(node.state(), [], fixture)
        })
        assert.equal(leftovers().links, before.links)
      })
    }
  },
  { timeoutMs: 60_000 },
)

test('F6, B6a: the plugins are given at DEL what ADD gave them, though Bytes of Multus 4.3 lacks keys', async () => {
  const plugin = { type: 'recorder', capabilities: { portMappings: true }, kubernetes: { kubeconfig: '/k' }, keep: [1] }
  const list = { cniVersion: '0.4.0', name: 'calico', plugins: [plugin, { type: 'recorder', deep: { own: true } }] }
  // What is left of a plugin in Multus' types.
  const typed = {
    ...list,
    plugins: list.plugins.map((one) => ({ type: 'recorder', ipam: {}, dns: {}, ...pick(one, 'capabilities') })),
  }
  const legacy = {
    Name: 'calico',
    CNIVersion: '0.4.0',
    Plugins: list.plugins.map((one) => ({ Network: { type: 'recorder' }, Bytes: base64(one) })),
    Bytes: base64(list),
  }
  for (const scratch of [
    { ConfList: typed, Bytes: base64(list) },
    { ConfList: typed, Bytes: base64(typed), CNINetworkConfigList: legacy },
  ]) {
    await withNode({ delegates: [bridge(40)] }, async (node) => {
      writeFileSync(`${node.folder}/scratch`, JSON.stringify([{ Conf: {}, Name: 'calico', ...scratch }]))
      fakeMultusAdd(multusOf(node, { runtimeConfig: PORTS }), `${node.folder}/scratch`)
      assert.is((await node.call('DEL', { args: '' })).status, 0)
      const [first, second, ...dels] = node.recorded()
      for (const [add, del] of [
        [first, dels[1]],
        [second, dels[0]],
      ] as const) {
        const { prevResult: _, ...atAdd } = add?.config ?? {}
        const { prevResult, ipam: __, dns: ___, ...atDel } = del?.config ?? {}
        assert.equal(atDel, atAdd)
        assert.equal(prevResult, { cniVersion: '0.4.0' })
        assert.is(del?.env['CNI_ARGS'], add?.env['CNI_ARGS'])
        assert.is(del?.env['CNI_COMMAND'], 'DEL')
      }
      assert.equal(first?.config['runtimeConfig'], PORTS)
      assert.equal(node.state(), [])
    })
  }
})

test('F6, B6a: without libcni’s cache the scratch file’s wishes and the runtime’s arguments have to do', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    const asked = { macRequest: '02:00:00:00:00:09', ipRequest: ['10.1.0.9/24'], ifnameRequest: 'own0' }
    const capable = { capabilities: { mac: true, ips: true } }
    attachByMultus(node, [
      delegate(recorder('base')),
      delegate(recorder('own', capable), { Name: 'default/own', ...asked }),
    ])
    rmSync(`${node.folder}/state/results`, { recursive: true })
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(recordedRuns(node).slice(2), ['DEL own own0', 'DEL base eth0'])
    const [, , own] = node.recorded()
    assert.equal(own?.config['runtimeConfig'], { ips: ['10.1.0.9/24'], mac: '02:00:00:00:00:09' })
    assert.match(own?.env['CNI_ARGS'] ?? '', /K8S_POD_NAME=web;MAC=02:00:00:00:00:09;IP=10\.1\.0\.9\/24$/)
    assert.equal(node.state(), [])
  })
})

test('F6, B3, A6: a delegate that fails keeps none from being deleted; it is reported, and the next DEL tries it alone', async () => {
  await withNode({}, async (node) => {
    const binDir = `${node.folder}/bin`
    const config = { binDir, delegates: [recorder('base')] }
    const late = (there: boolean): void => {
      mkdirSync(binDir, { recursive: true })
      if (there) copyFileSync(`${FIXTURE_PLUGINS}/recorder`, `${binDir}/late`)
      else rmSync(`${binDir}/late`)
    }
    late(true)
    copyFileSync(`${FIXTURE_PLUGINS}/recorder`, `${binDir}/recorder`)
    const delegates = [recorder('base'), recorder('one', { type: 'late' }), recorder('two')].map((one) => delegate(one))
    writeFileSync(`${node.folder}/scratch`, JSON.stringify(delegates))
    fakeMultusAdd(multusOf(node, { pluginFolders: [binDir] }), `${node.folder}/scratch`)
    late(false)
    const { status, json } = await node.call('DEL', { config })
    assert.is(status, 1)
    assert.is(json.code, 103)
    assert.match(json.msg ?? '', /network one \(net1\): plugin late/)
    assert.ok(node.state().includes('c0ffee'), 'Multus’ scratch file stays until all is deleted')
    late(true)
    assert.is((await node.call('DEL', { config })).status, 0)
    assert.equal(recordedRuns(node).slice(3), ['DEL two net2', 'DEL base eth0', 'DEL one net1'])
    assert.equal(node.state(), [])
    assert.is((await node.call('DEL', { config })).status, 0)
    assert.is(node.recorded().length, 6)
  })
})

test(
  'F6, F3: a truncated, empty or foreign scratch file is set aside, and the cache says what was attached',
  async () => {
    const texts = [
      '',
      '[{"Conf":{"cniVersion":"1.0.0","na',
      '\u0000\u0000',
      '[]',
      'null',
      '{}',
      '[1]',
      '[{"Bytes":"e30="}]',
      '[{"Bytes":"%%"}]',
    ]
    for (const text of texts) {
      await withNode({ delegates: [recorder('other')] }, async (node) => {
        attachByMultus(node, [delegate(bridge(64)), delegate(recorder('own')), delegate(bridge(65))])
        writeFileSync(`${node.folder}/state/c0ffee`, text)
        const { status, stdout, stderr } = await node.call('DEL')
        assert.is(status, 0, stdout)
        assert.match(stderr, /"msg":"Multus' scratch file cannot be used; it is set aside/)
        assert.equal(inSandbox(node), ['lo'])
        assert.equal(leftovers().leases, [])
        assert.equal(recordedRuns(node).slice(1), ['DEL own net1'])
        assert.match(node.state().join(), /^c0ffee\.corrupt-\d+$/)
        const [aside = ''] = readdirSync(`${node.folder}/state/plexus/multus`)
        assert.is(readFileSync(`${node.folder}/state/plexus/multus/${aside}`, 'utf8'), text)
      })
    }
  },
  { timeoutMs: 60_000 },
)

test('F6, F3: where the cache is lost as well, what was attached is planned again', async () => {
  await withNode({ delegates: [bridge(66)] }, async (node) => {
    attachByMultus(node, [delegate(bridge(66))])
    for (const name of ['c0ffee', 'results/bridge66-c0ffee-eth0']) writeFileSync(`${node.folder}/state/${name}`, '')
    const { status, stdout, stderr } = await node.call('DEL')
    assert.is(status, 0, stdout)
    assert.match(stderr, /a file of libcni's cache cannot be read; it is set aside/)
    assert.equal(leftovers().leases, [])
    assert.equal(inSandbox(node), ['lo'])
    assert.is(node.state().length, 2)
    assert.is(node.state().filter((name) => /\.corrupt-\d+$/.test(name)).length, 2)
  })
})

test('F6: of a delegate that Multus failed to delete and forgot, libcni’s cache is enough', async () => {
  await withNode({ delegates: [recorder('other')] }, async (node) => {
    attachByMultus(node, [delegate(recorder('base')), delegate(bridge(67))])
    for (const name of ['c0ffee', 'results/base-c0ffee-eth0']) rmSync(`${node.folder}/state/${name}`)
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(leftovers().leases, [])
    assert.equal(recordedRuns(node), ['ADD base eth0'])
    assert.equal(node.state(), [])
  })
})

test('F6: a scratch file is not that of another interface, nor a file of the cache that of another container', async () => {
  await withNode({ delegates: [recorder('other')] }, async (node) => {
    attachByMultus(node, [delegate(recorder('base'))])
    for (const call of [{ ifName: 'eth1' }, { containerId: 'ffee' }, { containerId: 'base-c0ffee' }])
      assert.is((await node.call('DEL', call)).status, 0)
    assert.equal(recordedRuns(node), ['ADD base eth0'])
    assert.equal(node.state(), ['c0ffee', 'base-c0ffee-eth0'])
  })
})

test('F6: what is no plain file, or too long for one, is not read; a folder is not taken for a scratch file', async () => {
  const secret = JSON.stringify([delegate(recorder('secret'))])
  const plant: readonly ((path: string) => void)[] = [
    (path) => symlinkSync('../secret', path),
    (path) => execFileSync('mkfifo', [path]),
    (path) => {
      writeFileSync(path, secret)
      truncateSync(path, 17 * 1024 * 1024)
    },
  ]
  for (const make of plant) {
    await withNode({ delegates: [recorder('base')] }, async (node) => {
      writeFileSync(`${node.folder}/secret`, secret)
      make(`${node.folder}/state/c0ffee`)
      const { status, stderr } = await node.call('DEL')
      assert.is(status, 0)
      assert.match(stderr, /c0ffee: is (a link, which is not followed|no plain file|\d+ bytes long)/)
      assert.equal(recordedRuns(node), ['DEL base eth0'], 'what the node’s configuration says')
      assert.match(node.state().join(), /^c0ffee\.corrupt-\d+$/)
      assert.is(readFileSync(`${node.folder}/secret`, 'utf8'), secret)
    })
  }
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    attachByMultus(node, [delegate(recorder('base'))])
    for (const containerId of ['results', 'plexus']) {
      const { status, stderr } = await node.call('DEL', { containerId })
      assert.is(status, 0)
      assert.is(stderr, '')
    }
    assert.equal(recordedRuns(node), ['ADD base eth0'])
  })
})

test('F6, F5: CHECK of what Multus attached compares with libcni’s cache', async () => {
  await withNode({ delegates: [recorder('other')] }, async (node) => {
    attachByMultus(node, [delegate(bridge(68)), delegate(recorder('own'))])
    assert.is((await node.call('CHECK')).status, 0)
    assert.equal(recordedRuns(node).slice(1), ['CHECK own net1'])
    runIn(node.netns, 'ip', ['link', 'delete', 'eth0'])
    const { status, json } = await node.call('CHECK')
    assert.is(status, 1)
    assert.match(json.msg ?? '', /network bridge68 \(eth0\): plugin bridge/)
    rmSync(`${node.folder}/state/results`, { recursive: true })
    assert.is((await node.call('CHECK')).status, 0, 'there is nothing to compare with')
    assert.is((await node.call('CHECK', { containerId: 'unknown' })).json.code, 3)
    await node.call('DEL')
  })
})

test('F6, F4: GC keeps what Multus attached and the runtime lists, tells the networks of it, and deletes the rest', async () => {
  const newest = { cniVersion: '1.1.0' }
  await withNode({ delegates: [recorder('base', newest)], ...newest }, async (node) => {
    const delegates = [delegate(recorder('base', newest)), delegate(recorder('own', newest)), delegate(bridge(69))]
    writeFileSync(`${node.folder}/scratch`, JSON.stringify(delegates))
    for (const containerId of ['one', 'two']) {
      fakeMultusAdd(multusOf(node, { containerId }), `${node.folder}/scratch`)
      runIn(node.netns, 'ip', ['link', 'set', 'net2', 'name', `of-${containerId}`])
    }
    writeFileSync(`${node.folder}/state/two`, '')
    assert.is(leftovers().leases.length, 2)
    const valid = [{ containerID: 'one', ifname: 'eth0' }]
    const { status, stdout } = await node.call('GC', { config: { 'cni.dev/valid-attachments': valid } })
    assert.is(status, 0, stdout)
    const [, , , , ...runs] = node.recorded()
    assert.equal(
      runs.map(({ env, config }) => `${env['CNI_COMMAND']} ${config['name']} ${env['CNI_CONTAINERID']}`.trim()),
      ['DEL own two', 'DEL base two', 'GC base', 'GC own'],
    )
    assert.equal(runs[2]?.config['cni.dev/valid-attachments'], valid)
    assert.equal(runs[3]?.config['cni.dev/valid-attachments'], [{ containerID: 'one', ifname: 'net1' }])
    assert.is(leftovers().leases.length, 1)
    assert.equal(node.state().toSorted(), ['base-one-eth0', 'bridge69-one-net2', 'one', 'own-one-net1'])
    await node.call('DEL', { containerId: 'one' })
  })
})

import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { definition, FIXTURE_PLUGINS, PLEXUS, pod, recorder, type TestNode, withNode } from './plexus.ts'

const names = (node: TestNode): readonly unknown[] => node.recorded().map(({ config }) => config['name'])

function write(path: string, value: object): void {
  mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true })
  writeFileSync(path, JSON.stringify(value))
}

test('D2: a definition in the system namespace comes before a configuration of that name in confDir', async () => {
  await withNode({ clusterNetwork: 'main' }, async (node) => {
    write(`${node.folder}/conf/10-main.conf`, recorder('main', { from: 'file' }))
    node.apply(pod('web'))
    await node.call('ADD')
    await node.call('DEL')
    node.apply(definition('main', recorder('main', { from: 'definition' }), { namespace: 'kube-system' }), pod('web'))
    await node.call('ADD')
    assert.equal(
      node.recorded().map(({ config }) => config['from']),
      ['file', 'file', 'definition'],
    )
  })
})

test('D2: a folder stands for its first valid file, a path for that file', async () => {
  await withNode({ clusterNetwork: 'unset' }, async (node) => {
    const folder = `${node.folder}/nets`
    write(`${folder}/20-b.conf`, recorder('b'))
    write(`${folder}/10-a.conflist`, { cniVersion: '1.0.0', name: 'a', plugins: [{ type: 'recorder' }] })
    writeFileSync(`${folder}/00-broken.conf`, '{')
    node.apply(pod('web'))
    for (const clusterNetwork of [folder, `${folder}/20-b.conf`]) {
      assert.is((await node.call('ADD', { config: { clusterNetwork } })).status, 0)
      await node.call('DEL')
    }
    assert.equal(names(node), ['a', 'a', 'b', 'b'])
  })
})

test('D2: a default network that is nowhere is an error that names every place looked in', async () => {
  await withNode({ clusterNetwork: 'main' }, async (node) => {
    node.apply(pod('web'))
    const { json } = await node.call('ADD')
    assert.is(json.code, 110)
    assert.match(json.msg ?? '', /"main".*namespace kube-system.*\/conf/)
  })
})

test('D1, C10: defaultNetworks come after the default network, and not in systemNamespaces', async () => {
  await withNode({ clusterNetwork: 'main', defaultNetworks: ['extra'] }, async (node) => {
    for (const name of ['main', 'extra']) write(`${node.folder}/conf/${name}.conf`, recorder(name))
    node.apply(definition('own', recorder('own')), pod('web', 'own'))
    await node.call('ADD')
    assert.equal(
      node.recorded().map(({ env, config }) => `${config['name']} ${env['CNI_IFNAME']}`),
      ['main eth0', 'extra net1', 'own net2'],
    )
    await node.call('DEL')
    await node.call('ADD', { config: { systemNamespaces: ['default'] } })
    assert.equal(names(node).slice(6), ['main', 'own'])
  })
})

test("C9: the pod's default-network annotation replaces the default network, looked up in the system namespace", async () => {
  await withNode({ delegates: [recorder('base')], namespaceIsolation: true }, async (node) => {
    const asks = (value: string) => pod('web', '', { 'v1.multus-cni.io/default-network': value })
    const special = definition('special', recorder('special', { capabilities: { ips: true } }), {
      namespace: 'kube-system',
    })
    node.apply(special, asks('special'))
    assert.is((await node.call('ADD')).status, 0)
    assert.equal(
      node.recorded().map(({ env, config }) => `${config['name']} ${env['CNI_IFNAME']}`),
      ['special eth0'],
    )
    await node.call('DEL')
    node.apply(special, asks('[{"name":"special","ips":["10.9.9.9/24"]}]'))
    await node.call('ADD')
    assert.equal(node.recorded().at(-1)?.config['runtimeConfig'], { ips: ['10.9.9.9/24'] })
    await node.call('DEL')
    for (const [value, code] of [
      ['a,b', 111],
      ['special@eth5', 111],
      ['nosuch', 110],
      ['other/special', 112],
    ] as const) {
      node.apply(special, asks(value))
      assert.is((await node.call('ADD')).json.code, code, value)
    }
  })
})

test("C10: namespace isolation holds on every path, for definitions that name a file of the node's as well", async () => {
  await withNode(
    { delegates: [recorder('base')], namespaceIsolation: true, globalNamespaces: 'shared, more' },
    async (node) => {
      write(`${node.folder}/conf/on-disk.conf`, recorder('on-disk'))
      const objects = [
        definition('own', recorder('own')),
        definition('foreign', recorder('foreign'), { namespace: 'other' }),
        definition('open', recorder('open'), { namespace: 'shared' }),
        definition('on-disk', ''),
        definition('on-disk', '', { namespace: 'more' }),
      ]
      for (const [networks, code] of [
        ['own,shared/open,more/on-disk', undefined],
        ['other/foreign', 112],
        ['on-disk', 112],
      ] as const) {
        node.apply(...objects, pod('web', networks))
        assert.is((await node.call('ADD')).json.code, code, networks)
        await node.call('DEL')
      }
      node.apply(...objects, pod('web', 'other/foreign,on-disk'))
      assert.is((await node.call('ADD', { config: { namespaceIsolation: false } })).status, 0)
    },
  )
})

test('C15: a container that is no pod of Kubernetes gets the default network and the delegates alone', async () => {
  await withNode({ delegates: [recorder('base'), recorder('second')] }, async (node) => {
    node.apply(definition('own', recorder('own')), pod('web', 'own'))
    for (const options of [{ args: '' }, { args: 'IgnoreUnknown=1;FOO=bar' }, { config: { source: undefined } }]) {
      assert.is((await node.call('ADD', options)).status, 0)
      await node.call('DEL', options)
    }
    const added = node.recorded().filter(({ env }) => env['CNI_COMMAND'] === 'ADD')
    assert.equal(
      added.map(({ env, config }) => `${config['name']} ${env['CNI_IFNAME']}`),
      Array(3).fill(['base eth0', 'second net1']).flat(),
    )
  })
})

test('D4, J-Calico: the Calico list is taken as the default network, and its own fields reach the plugin as they were written', async () => {
  await withNode(
    { clusterNetwork: new URL('../../examples/10-calico.conflist', import.meta.url).pathname },
    async (node) => {
      mkdirSync(`${node.folder}/bin`)
      copyFileSync(`${FIXTURE_PLUGINS}/recorder`, `${node.folder}/bin/calico`)
      node.apply(pod('web'))
      const config = { binDir: `${node.folder}/bin` }
      for (const verb of ['ADD', 'CHECK', 'DEL']) assert.is((await node.call(verb, { config })).status, 0)
      for (const { config: got } of node.recorded()) {
        const { prevResult: _, ...written } = got
        assert.equal(written, {
          name: 'calico',
          cniVersion: '0.4.0',
          type: 'calico',
          log_level: 'info',
          datastore_type: 'kubernetes',
          nodename: 'node1',
          mtu: 1440,
          policy: { type: 'kubernetes' },
          kubernetes: { kubeconfig: '/etc/cni/net.d/calico-kubeconfig' },
        })
      }
      assert.is(node.recorded().length, 3)
    },
  )
})

test('D4a: a network made of Plexus itself is refused, by its type, under another name, through a link, at any depth', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    const bin = `${node.folder}/bin`
    mkdirSync(bin)
    for (const type of ['recorder', 'wrapper']) copyFileSync(`${FIXTURE_PLUGINS}/${type}`, `${bin}/${type}`)
    symlinkSync(PLEXUS, `${bin}/linked`)
    copyFileSync(PLEXUS, `${bin}/copied`)
    const nested = {
      cniVersion: '1.0.0',
      name: 'nested',
      delegates: [recorder('inner')],
      cniDir: `${node.folder}/inner`,
    }
    const chain = (type: string) => ({ cniVersion: '1.0.0', name: 'nested', plugins: [{ ...nested, type }] })
    for (const config of [
      chain('plexus'),
      chain('linked'),
      chain('copied'),
      { ...nested, type: 'wrapper', wraps: 'copied' },
    ]) {
      node.apply(definition('self', config), pod('web', 'self'))
      const { json, stdout } = await node.call('ADD', { config: { binDir: bin } })
      assert.is(json.code, 115, stdout)
      assert.match(json.msg ?? '', /network default\/self \(net1\)/)
      assert.equal(node.state(), [])
    }
    assert.is(names(node).includes('inner'), false)
  })
})

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { leftovers, links } from '../node/namespaces.ts'
import { bridge, definition, pod, recorder, type TestNode, withNode } from './plexus.ts'

const journal = (node: TestNode): string => `${node.folder}/state/plexus/c0ffee.json`

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('F1: the journal is on disk, readable by its owner alone, before the first delegate runs', async () => {
  await withNode({ delegates: [recorder('slow', { pause: 'ADD' })] }, async (node) => {
    node.apply(pod('web'))
    const { ended } = node.start('ADD')
    await until(() => node.recorded().length === 1)
    const { calls } = JSON.parse(readFileSync(journal(node), 'utf8'))
    assert.is(calls[0].attachments[0].state, 'adding')
    assert.is(statSync(journal(node)).mode & 0o777, 0o600)
    writeFileSync(`${node.folder}/records/go`, '')
    assert.is((await ended).status, 0)
    await node.call('DEL')
  })
})

test('F1, B6a: after the definition is changed, DEL gives the delegates exactly what ADD gave them', async () => {
  const config =
    '{"cniVersion":"1.0.0","name":"own","type":"recorder","capabilities":{"mac":true},"big":12345678901234567890,"deep":{"a.b":[1.5,null,{"x":"ü"}]}}'
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    node.apply(definition('own', config), pod('web', [{ name: 'own', mac: '02:00:00:00:00:07', 'cni-args': { k: 1 } }]))
    assert.is((await node.call('ADD')).status, 0)
    node.apply(definition('own', recorder('other')), pod('web'))
    assert.is((await node.call('DEL')).status, 0)
    const [, add, del] = node.recorded()
    assert.ok(add?.text.includes('12345678901234567890') && del?.text.includes('12345678901234567890'))
    const { prevResult: _add, ...atAdd } = add?.config ?? {}
    const { prevResult: _del, ...atDel } = del?.config ?? {}
    assert.equal(atDel, atAdd)
    assert.equal(atAdd['runtimeConfig'], { mac: '02:00:00:00:00:07' })
    assert.equal(del?.env['CNI_ARGS'], add?.env['CNI_ARGS'])
    assert.match(add?.env['CNI_ARGS'] ?? '', /;MAC=02:00:00:00:00:07$/)
  })
})

test('F2: a network that fails undoes every network in reverse, itself included, and nothing is left', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    node.apply(
      definition('seen', recorder('seen')),
      definition('bad', recorder('bad', { fail: 'ADD' })),
      definition('never', recorder('never')),
      pod('web', 'seen,bad,never'),
    )
    const { status, json } = await node.call('ADD')
    assert.is(status, 1)
    assert.is(json.code, 140)
    const runs = node.recorded().map(({ env, config }) => `${env['CNI_COMMAND']} ${config['name']}`)
    assert.equal(runs, ['ADD seen', 'ADD bad', 'DEL bad', 'DEL seen'])
    assert.equal(
      links(node.netns).map(({ name }) => name),
      ['lo'],
    )
    assert.equal(leftovers().leases, [])
    assert.equal(node.state(), [])
  })
})

test('B3, A6: across networks DEL goes on and reports every failure; what failed stays for the next DEL', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    node.apply(
      definition('one', recorder('one', { fail: 'DEL' })),
      definition('two', recorder('two')),
      definition('three', recorder('three', { fail: 'DEL' })),
      pod('web', 'one,two,three'),
    )
    assert.is((await node.call('ADD')).status, 0)
    const { status, json } = await node.call('DEL')
    assert.is(status, 1)
    assert.is(json.code, 120)
    assert.match(String(json.details), /default\/three \(net3\).*\n.*\n?.*default\/one \(net1\)/)
    assert.equal(leftovers().leases, [], 'the default network was deleted all the same')
    const left = JSON.parse(readFileSync(journal(node), 'utf8')).calls[0].attachments
    assert.equal(
      left.map((one: { name: string }) => one.name),
      ['default/one', 'default/three'],
    )
    const again = await node.call('DEL')
    assert.is(again.status, 1)
    const runs = node.recorded().map(({ env, config }) => `${env['CNI_COMMAND']} ${config['name']}`)
    assert.equal(runs.slice(6), ['DEL three', 'DEL one'])
  })
})

test(
  'F3, F1: Plexus killed between the second and the third delegate: DEL leaves nothing',
  async () => {
    await withNode({ delegates: [bridge(40)] }, async (node) => {
      node.apply(
        definition('second', bridge(41)),
        definition('third', recorder('third', { pause: 'ADD' })),
        pod('web', 'second,third'),
      )
      const { pid, ended } = node.start('ADD')
      await until(() => node.recorded().length === 1)
      process.kill(pid, 'SIGKILL')
      await ended
      assert.ok(existsSync(journal(node)))
      writeFileSync(`${node.folder}/records/go`, '')
      const { status, stdout } = await node.call('DEL')
      assert.is(status, 0, stdout)
      assert.equal(
        links(node.netns).map(({ name }) => name),
        ['lo'],
      )
      assert.equal(leftovers().leases, [])
      assert.equal(
        leftovers().links.filter((name) => name.startsWith('veth')),
        [],
      )
      assert.equal(node.state(), [])
    })
  },
  { timeoutMs: 30_000 },
)

test(
  'F3: an ADD that was cut off is undone by the next ADD of the container',
  async () => {
    await withNode({ delegates: [bridge(40)] }, async (node) => {
      node.apply(definition('slow', recorder('slow', { pause: 'ADD' })), pod('web', 'slow'))
      const { pid, ended } = node.start('ADD')
      await until(() => node.recorded().length === 1)
      process.kill(pid, 'SIGKILL')
      await ended
      writeFileSync(`${node.folder}/records/go`, '')
      assert.is((await node.call('ADD')).status, 0)
      assert.is(leftovers().leases.length, 1)
      assert.is((await node.call('DEL')).status, 0)
    })
  },
  { timeoutMs: 30_000 },
)

test('F1: a journal that cannot be written fails the ADD before anything is run', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    node.apply(pod('web'))
    const { status, json } = await node.call('ADD', { config: { cniDir: '/proc/nowhere' } })
    assert.is(status, 1)
    assert.is(json.code, 5)
    assert.equal(node.recorded(), [])
  })
})

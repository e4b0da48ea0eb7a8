import { assert, test } from '../harness.ts'
import { routes, runIn } from '../node/namespaces.ts'
import { bridge, definition, pod, type TestNode, withNode } from './plexus.ts'

const dual = (net: number, keys: object = {}): object =>
  bridge(net, {
    isGateway: true,
    ipam: {
      type: 'host-local',
      ranges: [[{ subnet: `10.${net}.0.0/16` }], [{ subnet: `fd00:${net}::/64` }]],
      routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
    },
    ...keys,
  })

function defaults(node: TestNode, family: 4 | 6): readonly string[] {
  return routes(family, node.netns)
    .filter(({ destination }) => destination === 'default')
    .map(({ gateway, device }) => `${gateway} ${device}`)
}

async function withDefaultRoute(
  wish: readonly string[] | undefined,
  use: (node: TestNode) => Promise<void>,
): Promise<void> {
  await withNode({ delegates: [dual(40)] }, async (node) => {
    node.apply(
      definition('net-a', dual(41)),
      pod('web', [{ name: 'net-a', ...(wish ? { 'default-route': wish } : {}) }]),
    )
    await use(node)
  })
}

test('C13: the gateway asked for replaces the default routes of its family, and of no other', async () => {
  await withDefaultRoute(['10.41.0.9'], async (node) => {
    const { status, json, stdout } = await node.call('ADD')
    assert.is(status, 0, stdout)
    assert.equal(defaults(node, 4), ['10.41.0.9 net1'])
    assert.match(runIn(node.netns, 'ip', ['-6', 'route', 'show', 'default']), /via fd00:40::1 dev eth0/)
    assert.equal(
      json.routes?.filter(({ dst }) => dst === '0.0.0.0/0'),
      [{ dst: '0.0.0.0/0', gw: '10.41.0.9' }],
    )
    const check = await node.call('CHECK')
    assert.is(check.status, 0, check.stdout)
    assert.is((await node.call('DEL')).status, 0)
  })
})

test('C13: both families at once', async () => {
  await withDefaultRoute(['10.41.0.9', 'fd00:41::9'], async (node) => {
    assert.is((await node.call('ADD')).status, 0)
    assert.equal(defaults(node, 4), ['10.41.0.9 net1'])
    assert.equal(defaults(node, 6), ['fd00:41::9 net1'])
    await node.call('DEL')
  })
})

test("C13: an empty list keeps the attachment's own default routes, and the others' go", async () => {
  await withDefaultRoute([], async (node) => {
    assert.is((await node.call('ADD')).status, 0)
    assert.equal(defaults(node, 4), ['10.41.0.1 net1'])
    assert.equal(defaults(node, 6), ['fd00:41::1 net1'])
    await node.call('DEL')
  })
})

test('C13, F2: a gateway the kernel refuses fails the ADD, and everything is undone', async () => {
  await withDefaultRoute(['192.0.2.1'], async (node) => {
    const { json } = await node.call('ADD')
    assert.is(json.code, 116)
    assert.match(json.msg ?? '', /network default\/net-a \(net1\).*192\.0\.2\.1/)
    assert.equal(node.state(), [])
    assert.equal(routes(4, node.netns), [])
  })
})

test('C13: two attachments that ask for the default route are refused before anything is run', async () => {
  await withNode({ delegates: [dual(40)] }, async (node) => {
    const wish = { name: 'net-a', 'default-route': ['10.41.0.9'] }
    node.apply(definition('net-a', dual(41)), pod('web', [wish, wish]))
    const { json } = await node.call('ADD')
    assert.is(json.code, 111)
    assert.match(json.msg ?? '', /default-route/)
    assert.equal(node.state(), [])
  })
})

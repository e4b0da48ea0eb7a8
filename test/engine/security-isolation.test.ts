import { mkdirSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { definition, pod, recorder, type TestNode, withNode } from './plexus.ts'

const DEFAULT_NETWORK = 'v1.multus-cni.io/default-network'
const ISOLATED = { delegates: [recorder('base')], namespaceIsolation: true, globalNamespaces: 'shared' }

function cluster(node: TestNode, networks: string, annotations: object = {}): void {
  mkdirSync(`${node.folder}/conf`, { recursive: true })
  writeFileSync(`${node.folder}/conf/node-lan.conf`, JSON.stringify(recorder('node-lan')))
  const files = ['default', 'shared', 'kube-system'].map((namespace) => definition('node-lan', '', { namespace }))
  node.apply(
    ...files,
    definition('own', recorder('own')),
    definition('secret', recorder('secret'), { namespace: 'other' }),
    definition('common', recorder('common'), { namespace: 'shared' }),
    definition('system', recorder('system'), { namespace: 'kube-system' }),
    pod('web', networks, annotations),
  )
}

const BYPASSES: readonly (readonly [string, string, object, number])[] = [
  ['the short form', 'other/secret', {}, 112],
  ['white space in the short form', ' other / secret ', {}, 112],
  ['the JSON form', '[{"name":"secret","namespace":"other"}]', {}, 112],
  ['a key given twice', '[{"name":"secret","namespace":"default","namespace":"other"}]', {}, 112],
  ['the system namespace', 'kube-system/system', {}, 112],
  ['another case', 'Other/secret', {}, 111],
  ['the case of an open namespace', 'Shared/common', {}, 111],
  ['an empty namespace in the short form', '/secret', {}, 111],
  ['an empty namespace in the JSON form', '[{"name":"secret","namespace":""}]', {}, 110],
  ['a namespace of null', '[{"name":"secret","namespace":null}]', {}, 110],
  ['a list of namespaces', '[{"name":"secret","namespace":["default","other"]}]', {}, 111],
  ['a path', '[{"name":"../other/secret"}]', {}, 111],
  ['a NUL', 'shared\0/../other/secret', {}, 111],
  ['the default network', '', { [DEFAULT_NETWORK]: 'other/secret' }, 112],
  ['the default network in the JSON form', '', { [DEFAULT_NETWORK]: '[{"name":"secret","namespace":"other"}]' }, 112],
  ['a default network without a namespace', '', { [DEFAULT_NETWORK]: 'secret' }, 110],
  ["a definition of one's own that names a file of the node's", 'node-lan', {}, 112],
  ['the same as the default network', '', { [DEFAULT_NETWORK]: 'default/node-lan' }, 112],
]

for (const [how, networks, annotations, code] of BYPASSES)
  test(`C10: under namespace isolation no pod comes to a network that is not open to it by ${how}`, async () => {
    await withNode(ISOLATED, async (node) => {
      cluster(node, networks, annotations)
      const { json, stdout } = await node.call('ADD')
      assert.is(json.code, code, stdout)
      assert.equal(node.recorded(), [])
      assert.equal(node.state(), [])
    })
  })

for (const [what, networks, annotations] of [
  ["its own namespace's", 'own', {}],
  ["an open namespace's", 'shared/common', {}],
  ["a file of the node's that an open namespace names", 'shared/node-lan', {}],
  ["the system namespace's, as its default network", '', { [DEFAULT_NETWORK]: 'system' }],
] as const)
  test(`C10: under namespace isolation a pod may use ${what}`, async () => {
    await withNode(ISOLATED, async (node) => {
      cluster(node, networks, annotations)
      const { status, stdout } = await node.call('ADD')
      assert.is(status, 0, stdout)
      assert.is((await node.call('DEL')).status, 0)
    })
  })

import { assert, test } from '../harness.ts'
import { type CallOptions, definition, pod, recorder, withNode } from './plexus.ts'

type Refusal = { readonly what: string; readonly says: RegExp; readonly code: number }

const UP = '../../x'

const TYPES: readonly Refusal[] = [
  { what: '../recorder', code: 7, says: /plugin type "\.\.\/recorder" must be a file name/ },
  { what: '/bin/sh', code: 7, says: /must be a file name/ },
  { what: './recorder', code: 7, says: /must be a file name/ },
  { what: '..', code: 103, says: /plugin \.\.: no such executable/ },
  { what: '.', code: 103, says: /plugin \.: no such executable/ },
  { what: 'recorder\0', code: 103, says: /plugin recorder\\u0000: no such executable/ },
  { what: 'no\nsuch\x1b[2J', code: 103, says: /plugin no such\\u001b\[2J: no such executable/ },
]

for (const { what, code, says } of TYPES)
  test(`B4: a definition of type ${JSON.stringify(what)} runs nothing outside binDir and CNI_PATH`, async () => {
    await withNode({ delegates: [recorder('base')] }, async (node) => {
      node.apply(definition('lan', recorder('lan', { type: what })), pod('web', 'lan'))
      const { json, stdout } = await node.call('ADD')
      assert.is(json.code, code, stdout)
      assert.match(json.msg ?? '', says)
      assert.equal(node.recorded(), [])
      assert.equal(node.state(), [])
    })
  })

const podArgs = (namespace: string, name: string): CallOptions => ({
  args: `IgnoreUnknown=1;K8S_POD_NAMESPACE=${namespace};K8S_POD_NAME=${name}`,
})

const CALLS: readonly (Refusal & { readonly options: CallOptions })[] = [
  { what: 'the container id', options: { containerId: UP }, code: 4, says: /CNI_CONTAINERID/ },
  { what: 'a hidden container id', options: { containerId: '..' }, code: 4, says: /CNI_CONTAINERID/ },
  { what: 'a container id with a line feed', options: { containerId: 'a\nb' }, code: 4, says: /CNI_CONTAINERID/ },
  { what: 'the interface', options: { ifName: UP }, code: 4, says: /CNI_IFNAME/ },
  { what: 'the node configuration', options: { config: { name: UP } }, code: 7, says: /name: "\.\.\/\.\.\/x"/ },
  {
    what: 'a delegate',
    options: { config: { delegates: [recorder(UP)] } },
    code: 7,
    says: /delegates\[0\]: name: "\.\.\/\.\.\/x"/,
  },
  { what: "the pod's namespace", options: podArgs(UP, 'web'), code: 4, says: /K8S_POD_NAMESPACE: "\.\.\/\.\.\/x"/ },
  { what: "the pod's name", options: podArgs('default', UP), code: 4, says: /K8S_POD_NAME: "\.\.\/\.\.\/x"/ },
  { what: "the pod's name, dots alone", options: podArgs('default', '..'), code: 4, says: /K8S_POD_NAME: "\.\."/ },
]

for (const verb of ['ADD', 'DEL'])
  for (const { what, options, code, says } of CALLS)
    test(`A3, A7: ${verb} where ${what} is a path is refused or has nothing to do, and writes nothing`, async () => {
      await withNode({ delegates: [recorder('base')] }, async (node) => {
        node.apply(pod('web'))
        const { status, json, stdout } = await node.call(verb, options)
        // DEL looks at neither pod nor networks: what was never attached is deleted.
        if (verb === 'ADD' || status !== 0) {
          assert.is(json.code, code, stdout)
          assert.match(json.msg ?? '', says)
        }
        assert.equal(node.recorded(), [])
        assert.equal(node.state(), [])
      })
    })

for (const [what, networks, says] of [
  ['a path as a name', `[{"name":"${UP}"}]`, /annotation .*"\.\.\/\.\.\/x"/],
  ['a path as a namespace', `[{"name":"lan","namespace":"${UP}"}]`, /annotation .*"\.\.\/\.\.\/x"/],
  ['a path in the comma form', UP, /annotation .*"\.\.\/\.\.\/x" is not \[namespace\/\]name\[@interface\]/],
  ['a path as an interface', `[{"name":"lan","interface":"${UP}"}]`, /interface/],
  ['a terminal sequence as a name', '\u009b2Jlan\n', /annotation .*\\u009b2Jlan/],
] as const)
  test(`C1, A7: ${what} in an annotation is refused, and quoted so that a terminal may show it`, async () => {
    await withNode({ delegates: [recorder('base')] }, async (node) => {
      node.apply(definition('lan', recorder('lan')), pod('web', networks))
      const { json, stdout } = await node.call('ADD')
      assert.is(json.code, 111, stdout)
      assert.match(json.msg ?? '', says)
      assert.not.match(json.msg ?? '', /\p{Cc}/u)
      assert.equal(node.state(), [])
    })
  })

test('C8: a name that every JavaScript object answers to is looked for like any other', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    node.apply(pod('web', 'constructor'))
    const { json } = await node.call('ADD')
    assert.is(json.msg, 'cannot find network-attachment-definition "constructor" in namespace "default"')
    node.apply(definition('constructor', recorder('constructor')), pod('web', 'constructor'))
    assert.is((await node.call('ADD')).status, 0)
    assert.is((await node.call('DEL')).status, 0)
  })
})

test('B2, F1: keys like __proto__ reach the delegate as any other, at ADD and at DEL, and change no object', async () => {
  const plugin = `{"cniVersion":"1.0.0","name":"lan","type":"recorder","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`
  const asked = [{ name: 'lan', 'cni-args': JSON.parse('{"__proto__":{"polluted":1}}') }]
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    node.apply(definition('lan', plugin), pod('web', JSON.stringify(asked)))
    assert.is((await node.call('ADD')).status, 0)
    assert.is((await node.call('DEL')).status, 0)
    for (const { text, config } of node.recorded().filter(({ config }) => config['name'] === 'lan')) {
      assert.match(text, '"__proto__":{"polluted":1}')
      assert.equal(config['constructor'], { prototype: { polluted: 1 } })
      assert.not.ok('polluted' in config)
    }
  })
})

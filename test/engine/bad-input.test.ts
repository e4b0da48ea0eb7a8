import { assert, test } from '../harness.ts'
import { leftovers } from '../node/namespaces.ts'
import { answer, type CallOptions, definition, pod, recorder, withNode } from './plexus.ts'

type Case = { readonly what: string; readonly options: CallOptions; readonly code: number; readonly says: RegExp }

const NODE = { cniVersion: '1.0.0', name: 'n', type: 'plexus' }
const textOf = (config: object): string => JSON.stringify(config)

const CASES: readonly Case[] = [
  { what: 'nothing', options: { stdin: '' }, code: 6, says: /stdin is empty/ },
  { what: 'half an object', options: { stdin: '{"name": "n",\n "type' }, code: 6, says: /line 2, column \d+/ },
  { what: 'binary', options: { stdin: Buffer.from([0, 255, 254, 1, 128]) }, code: 6, says: /not JSON/ },
  { what: 'a list', options: { stdin: '[1]' }, code: 6, says: /is a list; expected a JSON object/ },
  { what: 'a byte order mark', options: { stdin: `\ufeff${textOf(NODE)}` }, code: 6, says: /not JSON/ },
  {
    what: '200,000 open brackets',
    options: { stdin: '['.repeat(200_000) },
    code: 6,
    says: /nested too deeply|not JSON/,
  },
  {
    what: '10 MiB',
    options: { stdin: textOf({ ...NODE, x: 'x'.repeat(10 << 20) }) },
    code: 6,
    says: /at most 4194304/,
  },
  {
    what: 'an unknown version',
    options: { stdin: textOf({ ...NODE, cniVersion: '9.9.9' }) },
    code: 1,
    says: /0\.1\.0, .*1\.1\.0/,
  },
  {
    what: 'a version that is a number',
    options: { stdin: textOf({ ...NODE, cniVersion: 1 }) },
    code: 6,
    says: /cniVersion/,
  },
  { what: 'a wrong type', options: { config: { confDir: 7 } }, code: 7, says: /confDir: must be a string/ },
  {
    what: 'a wrong type deep down',
    options: { config: { logOptions: { maxAge: 'x' } } },
    code: 7,
    says: /logOptions\.maxAge: must be a whole number/,
  },
  { what: 'no network at all', options: { config: { delegates: [] } }, code: 7, says: /clusterNetwork or delegates/ },
  {
    what: 'an empty chain',
    options: { config: { delegates: [{ name: 'a', plugins: [] }] } },
    code: 7,
    says: /delegates\[0\]: plugins: is an empty list/,
  },
  {
    what: 'a plugin without a type',
    options: { config: { delegates: [{ name: 'a', plugins: [{ type: 'recorder' }, {}] }] } },
    code: 7,
    says: /delegates\[0\]: plugins\[1\]\.type: is missing/,
  },
  {
    what: 'a plugin type with a path',
    options: { config: { delegates: [{ name: 'a', type: '../recorder' }] } },
    code: 7,
    says: /file name, not a path/,
  },
  {
    what: 'an unknown plugin type',
    options: { config: { delegates: [{ name: 'a', type: 'nosuch' }] } },
    code: 103,
    says: /nosuch/,
  },
  {
    what: 'a network name with a slash',
    options: { config: { delegates: [{ name: '../x', type: 'recorder' }] } },
    code: 7,
    says: /delegates\[0\]: name: "..\/x"/,
  },
  { what: 'a container id with a slash', options: { containerId: '../x' }, code: 4, says: /CNI_CONTAINERID/ },
  {
    what: 'an interface name of 16 bytes',
    options: { ifName: 'abcdefghijklmnop' },
    code: 4,
    says: /CNI_IFNAME.*too long/,
  },
  { what: 'half a pod', options: { args: 'K8S_POD_NAME=web' }, code: 4, says: /K8S_POD_NAMESPACE/ },
  { what: 'no namespace', options: { netns: '' }, code: 4, says: /CNI_NETNS/ },
]

for (const { what, options, code, says } of CASES) {
  test(`A7: ADD with ${what} is one error with code ${code}; nothing is run and nothing left`, async () => {
    await withNode({ delegates: [recorder('base')] }, async (node) => {
      node.apply(pod('web'))
      const before = leftovers()
      const { status, json, stdout } = await node.call('ADD', options)
      assert.is(status, 1)
      assert.is(json.code, code, stdout)
      assert.match(json.msg ?? '', says)
      assert.ok(json.cniVersion)
      assert.equal(node.recorded(), [])
      assert.equal(node.state(), [])
      assert.equal(leftovers(), before)
    })
  })
}

const ANNOTATIONS: readonly { readonly networks: string; readonly code: number; readonly says: RegExp }[] = [
  { networks: '"net-a"', code: 111, says: /annotation k8s.v1.cni.cncf.io\/networks.*must be a list/ },
  { networks: '[{"name": "net-a"', code: 111, says: /annotation k8s.v1.cni.cncf.io\/networks/ },
  { networks: '[{"nmae": "net-a"}]', code: 111, says: /"nmae".*"name"/ },
  { networks: 'net-a@a/b', code: 111, says: /a\/b/ },
  { networks: 'net-a,', code: 111, says: /item 2|second|\[1\]/ },
  { networks: 'elsewhere', code: 110, says: /namespace "default"; one of that name is in namespace other/ },
  { networks: 'broken', code: 6, says: /definition default\/broken.*line 1, column/ },
  {
    networks: '[{"name":"net-a","mac":"02:00:00:00:00:01"}]',
    code: 113,
    says: /network default\/net-a \(net1\).*capabilit/,
  },
  { networks: 'net-a@eth0', code: 114, says: /eth0/ },
]

for (const { networks, code, says } of ANNOTATIONS) {
  test(`A7, C1, C2, C3, C8: a pod that asks for ${networks} is refused with code ${code}`, async () => {
    await withNode({ delegates: [recorder('base')] }, async (node) => {
      node.apply(
        definition('net-a', recorder('net-a')),
        definition('elsewhere', recorder('x'), { namespace: 'other' }),
        definition('broken', '{"type": '),
        pod('web', networks),
      )
      const { json, stdout } = await node.call('ADD')
      assert.is(json.code, code, stdout)
      assert.match(json.msg ?? '', says)
      assert.equal(node.recorded(), [])
      assert.equal(node.state(), [])
    })
  })
}

for (const [kind, text] of Object.entries({
  'no JSON': 'hello',
  'a list': '[]',
  'an unknown version': '{"cniVersion":"7.0.0"}',
  'a wrong type': '{"interfaces":{}}',
  'an address without a prefix': '{"ips":[{"address":"10.0.0.1"}]}',
})) {
  test(`A7, B5: a delegate whose result is ${kind} fails the ADD with code 101, and is undone`, async () => {
    await withNode({ delegates: [recorder('base', answer(text))] }, async (node) => {
      node.apply(pod('web'))
      const { json, stdout } = await node.call('ADD')
      assert.is(json.code, 101, stdout)
      assert.match(json.msg ?? '', /network base \(eth0\): plugin recorder: result/)
      assert.equal(
        node.recorded().map(({ env }) => env['CNI_COMMAND']),
        ['ADD', 'DEL'],
      )
      assert.equal(node.state(), [])
    })
  })
}

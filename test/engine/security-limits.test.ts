import { assert, test } from '../harness.ts'
import { answer, definition, pod, recorder, withNode } from './plexus.ts'

const MANY = 100_000
const TIMEOUT = { timeoutMs: 120_000 }
const BASE = { delegates: [recorder('base')] }

const repeated = (count: number, text: string): string => Array.from({ length: count }, () => text).join(',')

for (const [form, networks] of [
  ['comma form', repeated(1_000, 'lan')],
  ['JSON form', `[${repeated(1_000, '{"name":"lan"}')}]`],
] as const)
  test(`C1, A7: a pod that asks for 1,000 networks in the ${form} is refused, and nothing is run`, async () => {
    await withNode(BASE, async (node) => {
      node.apply(definition('lan', recorder('lan')), pod('web', networks))
      const { json, stdout } = await node.call('ADD')
      assert.is(json.code, 111, stdout)
      assert.is(json.msg, 'annotation k8s.v1.cni.cncf.io/networks: asks for 1000 networks; a pod may have at most 100')
      assert.equal(node.recorded(), [])
      assert.equal(node.state(), [])
    })
  })

test(
  'C6: a pod may ask for 100 networks, and all of them go at DEL',
  async () => {
    await withNode(BASE, async (node) => {
      node.apply(definition('lan', recorder('lan')), pod('web', repeated(100, 'lan')))
      const { status, stdout } = await node.call('ADD')
      assert.is(status, 0, stdout)
      assert.is((await node.call('DEL')).status, 0)
      assert.is(node.recorded().length, 202)
      assert.equal(node.state(), [])
    })
  },
  TIMEOUT,
)

test('C2, A7: of 20,000 mistakes in an annotation the first are told and the others counted', async () => {
  await withNode(BASE, async (node) => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join(',')
    node.apply(pod('web', `[{"name":"lan",${keys}}]`))
    const { json } = await node.call('ADD')
    assert.is(json.code, 111)
    assert.is(json.details?.split('\n').length, 21)
    assert.match(json.details ?? '', /and 19979 more$/)
  })
})

test('C2, A7: of a quarter of a megabyte that is quoted in an error the beginning is told', async () => {
  await withNode(BASE, async (node) => {
    node.apply(pod('web', `[{"name":"lan","${'k'.repeat(250_000)}":1}]`))
    const { json, stdout } = await node.call('ADD')
    assert.is(json.code, 111)
    assert.ok(stdout.length < 5_000, String(stdout.length))
  })
})

test(
  'B6a, C7: a definition of a megabyte reaches the delegate whole, at ADD and at DEL',
  async () => {
    await withNode(BASE, async (node) => {
      const pad = 'x'.repeat(1 << 20)
      node.apply(definition('lan', recorder('lan', { pad })), pod('web', 'lan'))
      assert.is((await node.call('ADD')).status, 0)
      assert.is((await node.call('DEL')).status, 0)
      const runs = node.recorded().filter(({ config }) => config['name'] === 'lan')
      assert.equal(
        runs.map(({ config }) => config['pad'] === pad),
        [true, true],
      )
    })
  },
  TIMEOUT,
)

for (const [what, config] of [
  ['nested a hundred thousand deep', `{"type":"recorder","x":${'['.repeat(MANY)}${']'.repeat(MANY)}}`],
  ['open a hundred thousand times', `{"type":"recorder","x":${'{"a":'.repeat(MANY)}`],
] as const)
  test(`A7: a definition that is ${what} is refused`, async () => {
    await withNode(BASE, async (node) => {
      node.apply(definition('lan', config), pod('web', 'lan'))
      const { json, stdout } = await node.call('ADD')
      assert.is(json.code, 6, stdout)
      assert.match(json.msg ?? '', /definition default\/lan: spec\.config is (nested too deeply|not JSON)/)
      assert.equal(node.recorded(), [])
    })
  })

const addressOf = (index: number): string => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`

for (const [what, result] of [
  [
    'addresses',
    {
      interfaces: [{ name: 'eth0', sandbox: 'SANDBOX' }],
      ips: Array.from({ length: MANY }, (_, index) => ({ address: `${addressOf(index)}/8`, interface: 0 })),
    },
  ],
  ['interfaces', { interfaces: Array.from({ length: MANY }, (_, index) => ({ name: `e${index}`, sandbox: 'x' })) }],
  ['routes', { routes: Array.from({ length: MANY }, (_, index) => ({ dst: `${addressOf(index)}/32` })) }],
] as const)
  test(
    `B7, A7: a delegate's result with 100,000 ${what} is merged without comparing each with every other`,
    async () => {
      await withNode(BASE, async (node) => {
        node.apply(definition('lan', recorder('lan', answer({ cniVersion: '1.0.0', ...result }))), pod('web', 'lan'))
        assert.is((await node.call('ADD')).status, 0)
        assert.is((await node.call('DEL')).status, 0)
        assert.equal(node.state(), [])
      })
    },
    { timeoutMs: 60_000 },
  )

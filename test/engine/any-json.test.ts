import { assert, test } from '../harness.ts'
import { fc } from '../property.ts'
import { answer, type Ended, pod, recorder, type TestNode, withNode } from './plexus.ts'

const RUNS = 40
const anyJson = fc.json({ maxDepth: 4 })
const anyObject = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))
// What comes close to what is expected finds more than what is far from it.
const nearly = fc.record(
  {
    name: fc.oneof(fc.constant('n'), fc.jsonValue()),
    cniVersion: fc.oneof(fc.constantFrom('0.2.0', '0.4.0', '1.0.0', '1.1.0'), fc.jsonValue()),
    type: fc.oneof(fc.constant('recorder'), fc.jsonValue()),
    plugins: fc.oneof(fc.constant([{ type: 'recorder' }]), fc.jsonValue()),
    capabilities: fc.jsonValue(),
    ipam: fc.jsonValue(),
    prevResult: fc.jsonValue(),
    runtimeConfig: fc.jsonValue(),
    args: fc.jsonValue(),
  },
  { requiredKeys: ['name'] },
)

// The kit parses stdout as one JSON document or nothing; this is the rest of the promise.
function assertAnswer({ status, stdout, json }: Ended): void {
  if (status === 0) return
  assert.is(status, 1, stdout)
  assert.type(json.code, 'number')
  assert.type(json.msg, 'string')
  assert.is.not(json.code, 999, stdout)
  assert.is.not(json.msg, '')
  assert.type(json.cniVersion, 'string')
}

async function addAndDelete(node: TestNode, options: Parameters<TestNode['call']>[1] = {}): Promise<void> {
  assertAnswer(await node.call('ADD', options))
  assertAnswer(await node.call('CHECK', options))
  assertAnswer(await node.call('DEL', options))
  assert.equal(node.state(), [])
}

const property = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(arbitrary, holds), { numRuns: RUNS })

test(
  'A7: any text at all as the configuration is answered by nothing or one CNI object, and nothing is left',
  async () => {
    await withNode({ delegates: [recorder('base')] }, async (node) => {
      node.apply(pod('web'))
      await property(fc.oneof(anyJson, fc.string()), (stdin) => addAndDelete(node, { stdin }))
      await property(anyObject, (config) =>
        addAndDelete(node, { config: { ...config, cniDir: `${node.folder}/state` } }),
      )
    })
  },
  { timeoutMs: 180_000 },
)

test(
  'A7: any JSON at all as a delegate of the configuration is answered by one CNI object',
  async () => {
    await withNode({ delegates: [] }, async (node) => {
      node.apply(pod('web'))
      await property(fc.oneof(nearly, anyObject), (delegate) =>
        addAndDelete(node, { config: { delegates: [delegate] } }),
      )
    })
  },
  { timeoutMs: 180_000 },
)

test(
  'A7, C1: any text at all as the annotation is answered by one CNI object',
  async () => {
    await withNode({ delegates: [recorder('base')] }, async (node) => {
      await property(
        fc.oneof(
          anyJson,
          fc.string(),
          anyObject.map((one) => JSON.stringify([{ name: 'a', ...one }])),
        ),
        async (networks) => {
          node.apply(pod('web', networks))
          await addAndDelete(node)
        },
      )
    })
  },
  { timeoutMs: 180_000 },
)

test(
  "A7, B5: any JSON at all as a delegate's result is answered by one CNI object",
  async () => {
    await withNode({ delegates: [] }, async (node) => {
      node.apply(pod('web'))
      const answers = fc.oneof(
        anyJson,
        fc
          .record({ interfaces: fc.jsonValue(), ips: fc.jsonValue(), routes: fc.jsonValue(), dns: fc.jsonValue() })
          .map((one) => JSON.stringify(one)),
      )
      await property(answers, (text) => addAndDelete(node, { config: { delegates: [recorder('base', answer(text))] } }))
    })
  },
  { timeoutMs: 180_000 },
)

import { delivery } from '../../src/agent/delivery.ts'
import { type KubeClient, KubeError } from '../../src/cluster/index.ts'
import type { PodReport } from '../../src/engine/index.ts'
import { assert, test } from '../harness.ts'

const NOTHING = (): void => {}
const SILENCE = { debug: NOTHING, verbose: NOTHING, warning: NOTHING, error: NOTHING }

test('E2, G7: a status is told before its Events, and is forgotten only when all of it has been told', async () => {
  const { deliver, asked, forgotten, settled } = deliveryTo([])
  deliver(report('c1', 'net1', ['Add net1']))
  assert.equal(forgotten, [])
  await settled()
  assert.equal(asked, ['PATCH status net1', 'POST Add net1'])
  assert.equal(forgotten, ['c1'])
})

test('E2: what the API server does not take now is tried again, for ever where that may help', async () => {
  const passing = [503, 429, 401, 403].map((status) => new KubeError('no', { status }))
  const { deliver, asked, settled, retried } = deliveryTo([...passing, new KubeError('no connection')])
  deliver(report('c1', 'net1', []))
  await settled()
  assert.is(asked.filter((one) => one === 'PATCH status net1').length, 6)
  assert.is(retried(), 5)
})

test('E2: a pod that is gone, or another one of its name, is nobody to tell', async () => {
  for (const status of [404, 409, 422]) {
    const { deliver, asked, forgotten, settled, failed } = deliveryTo([new KubeError('gone', { status })])
    deliver(report('c1', 'net1', []))
    await settled()
    assert.equal([asked.length, forgotten, failed()], [1, ['c1'], 0])
  }
})

test('E2: a request that can never be taken is said in the log and in a metric, and holds nothing up', async () => {
  const { deliver, forgotten, settled, failed } = deliveryTo([new KubeError('too large', { status: 413 })])
  deliver(report('c1', 'net1', []))
  await settled()
  assert.equal([forgotten, failed()], [['c1'], 1])
})

test('E1: a status that a later one of the pod has overtaken is left out; its Events are not', async () => {
  const { deliver, asked, settled } = deliveryTo([])
  deliver(report('c1', 'old', ['failed']))
  deliver(report('c2', 'new', ['Add new']))
  await settled()
  assert.equal(asked, ['POST failed', 'PATCH status new', 'POST Add new'])
})

test('G7: what happens again is counted on the Event there is; what is told again is not', async () => {
  const { deliver, asked, settled } = deliveryTo([])
  for (const containerId of ['c1', 'c1', 'c2', 'c3']) {
    deliver({ ...report(containerId, 'x', ['failed']), status: undefined })
    await settled()
  }
  assert.equal(asked, ['POST failed', 'PATCH event 2', 'PATCH event 3'])
})

function deliveryTo(faults: readonly KubeError[]) {
  const asked: string[] = []
  const forgotten: string[] = []
  const left = [...faults]
  const answer = async (what: string): Promise<void> => {
    asked.push(what)
    const fault = left.shift()
    if (fault) throw fault
  }
  const client: KubeClient = {
    get: async () => ({ metadata: { uid: 'u1' } }),
    watch: async () => undefined,
    // As the rights of the manifests have it.
    put: async () => {
      throw new KubeError('forbidden', { status: 403 })
    },
    patch: (path, body) =>
      answer(path.endsWith('/status') ? `PATCH status ${interfaceIn(body)}` : `PATCH event ${countIn(body)}`),
    post: (_path, body) => answer(`POST ${(body as { readonly message: string }).message}`),
  }
  let [retries, failures] = [0, 0]
  const metrics = {
    reportRetried: () => {
      retries += 1
    },
    reportFailed: () => {
      failures += 1
    },
    reportTold: NOTHING,
    eventCreated: NOTHING,
    callEnded: NOTHING,
    apiAnswered: NOTHING,
    followingRestarted: NOTHING,
    text: async () => '',
    contentType: '',
  }
  const clock = { now: () => 0, random: () => 0, delay: async () => undefined }
  const made = delivery({ client: () => client, events: () => true, host: 'node1', metrics, log: SILENCE, clock })
  return {
    asked,
    forgotten,
    settled: made.settled,
    deliver: (one: PodReport) => made.deliver({ report: one, forget: () => forgotten.push(one.containerId) }),
    retried: () => retries,
    failed: () => failures,
  }
}

function report(containerId: string, ifName: string, messages: readonly string[]): PodReport {
  return {
    pod: { namespace: 'default', name: 'web', uid: 'u1' },
    containerId,
    status: [{ name: 'default/lan', interface: ifName, dns: {} }],
    events: messages.map((message) => ({ type: 'Normal', reason: 'AddedInterface', message })),
  }
}

function interfaceIn(body: object): string {
  return /"interface\\?": \\?"(\w+)/.exec(JSON.stringify(body))?.[1] ?? ''
}

function countIn(body: object): number {
  return (body as { readonly count: number }).count
}

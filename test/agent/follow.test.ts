import { follow } from '../../src/agent/follow.ts'
import { KubeError } from '../../src/cluster/index.ts'
import type { JsonObject } from '../../src/cni/index.ts'
import { assert, test } from '../harness.ts'
import { type FakeKubeClient, fakeKubeClient } from './fake-kube-client.ts'

const SILENCE = { debug: () => {}, verbose: () => {}, warning: () => {}, error: () => {} }

test('G2: a list is read page by page, then watched from there, and a watch that ends goes on where it was', async () => {
  const client = fakeKubeClient(
    [list('7', ['a', 'b'], 'more'), list('7', ['c'])],
    [{ lines: [event('MODIFIED', 'b', '8'), { type: 'BOOKMARK', object: { metadata: { resourceVersion: '12' } } }] }],
  )
  const { told, asked } = await followed(client, 4)
  assert.equal(asked, ['LIST /things', 'LIST /things more', 'WATCH /things 7', 'WATCH /things 12'])
  assert.equal(told, ['list a b c', 'changed b'])
})

test('G2: after 410 Gone, in the answer or as an event, the list is read again', async () => {
  const gone = { type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old resource version' } }
  const client = fakeKubeClient(
    [list('1', ['a']), list('5', ['a', 'b']), list('9', [])],
    [
      { lines: [gone], end: 'hang' },
      { lines: [], end: new KubeError('gone', { status: 410 }) },
    ],
  )
  const { told, asked } = await followed(client, 6)
  assert.equal(asked.filter((one) => one.startsWith('LIST')).length, 3)
  assert.equal(told, ['list a', 'list a b', 'list '])
})

test('G2, G4: after any other failure it pauses, longer each time, and goes on from the last version it saw', async () => {
  const reset = new KubeError('connection reset')
  const client = fakeKubeClient(
    [reset, new KubeError('too many', { status: 429 }), list('3', ['a'])],
    [
      { lines: [event('DELETED', 'a', '4')], end: reset },
      { lines: [], end: new KubeError('broken', { status: 500 }) },
    ],
  )
  const { told, asked, pauses } = await followed(client, 6)
  assert.equal(asked.slice(3), ['WATCH /things 3', 'WATCH /things 4', 'WATCH /things 4'])
  assert.equal(told, ['list a', 'deleted a'])
  assert.equal(pauses, [500, 1000, 2000, 4000].map((ms) => ms * 0.75).slice(0, pauses.length))
  assert.is(pauses.length, 4)
})

test('G2: lines that are no events, or half of one, end the watch and not the agent', async () => {
  const client = fakeKubeClient(
    [list('1', [])],
    [{ lines: [{ type: 'ADDED' }] }, { lines: [event('ADDED', 'a', '2')] }],
  )
  const { told } = await followed(client, 4)
  assert.equal(told, ['list ', 'changed a'])
})

async function followed(client: FakeKubeClient, requests: number) {
  const [told, pauses]: [string[], number[]] = [[], []]
  const stop = new AbortController()
  let now = 0
  const clock = {
    now: () => now,
    random: () => 0.5,
    delay: async (ms: number) => {
      now += ms
      pauses.push(ms)
    },
  }
  const follower = {
    replace: (objects: readonly JsonObject[]) => told.push(`list ${objects.map(nameOf).join(' ')}`),
    changed: (object: JsonObject) => told.push(`changed ${nameOf(object)}`),
    deleted: (object: JsonObject) => told.push(`deleted ${nameOf(object)}`),
  }
  const ended = follow({
    client: () => client,
    path: '/things',
    follower,
    log: SILENCE,
    clock,
    signal: stop.signal,
    restarted: () => undefined,
  })
  while (client.asked.length < requests) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await ended
  return { told, asked: client.asked, pauses }
}

function list(resourceVersion: string, names: readonly string[], more?: string): object {
  const metadata = { resourceVersion, ...(more === undefined ? {} : { continue: more }) }
  return { metadata, items: names.map((name) => ({ metadata: { name } })) }
}

function event(type: string, name: string, resourceVersion: string): object {
  return { type, object: { metadata: { name, resourceVersion } } }
}

function nameOf({ metadata }: JsonObject): string {
  return String((metadata as JsonObject)['name'])
}

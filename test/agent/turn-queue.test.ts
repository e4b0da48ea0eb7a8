import { type Turn, turnQueue } from '../../src/agent/turn-queue.ts'
import { assert, test } from '../harness.ts'

test('G3: turns come in the order they were asked for, DELs before all others, and never too many at once', async () => {
  const { queue, join, came } = watchedQueue(2)
  const verbs = { a: 'ADD', b: 'ADD', c: 'CHECK', d: 'ADD', e: 'DEL', f: 'DEL' } as const
  const turns = new Map(Object.entries(verbs).map(([name, verb]) => [name, join(verb, name)]))
  await settled()
  assert.equal(came, ['a', 'b'])
  assert.equal([queue.running(), queue.waiting()], [2, 4])
  for (const [ends, begins] of ['ae', 'bf', 'ec', 'fd']) {
    turns.get(ends ?? '')?.giveBack()
    await settled()
    assert.is(came.at(-1), begins)
    assert.is(queue.running(), 2)
  }
})

test('G3: a place in the queue that is given back is nobody else’s loss, and giving back twice frees one turn', async () => {
  const { queue, join, came } = watchedQueue(1)
  const [first, second] = [join('ADD', 'a'), join('ADD', 'b')]
  join('ADD', 'c')
  second.giveBack()
  second.giveBack()
  first.giveBack()
  first.giveBack()
  await settled()
  assert.equal(came, ['a', 'c'])
  assert.equal([queue.running(), queue.waiting()], [1, 0])
})

test('G5: another limit lets those who wait begin, and ends no turn', async () => {
  const { queue, join, came } = watchedQueue(1)
  for (const name of ['a', 'b', 'c', 'd']) join('ADD', name)
  queue.limit(3)
  await settled()
  assert.equal(came, ['a', 'b', 'c'])
  queue.limit(1)
  assert.equal([queue.running(), queue.waiting()], [3, 1])
})

function watchedQueue(atOnce: number) {
  const queue = turnQueue(atOnce)
  const came: string[] = []
  const join = (verb: 'ADD' | 'DEL' | 'CHECK', name: string): Turn => {
    const turn = queue.join(verb)
    void turn.come.then(() => came.push(name))
    return turn
  }
  return { queue, join, came }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

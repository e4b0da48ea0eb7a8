import { readFileSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { addresses, leftovers, links, runIn, withNetns } from '../node/namespaces.ts'
import { bridge, definition, pod, type TestNode, withNode } from './plexus.ts'

/** What a delegate does wrong, and the error it comes to: the code, and the message after the delegate's name. */
type Failures = Readonly<Record<string, readonly [code: number, msg: RegExp]>>

const FAILS_ANY_VERB: Failures = {
  hang: [102, /did not end within 1 s and was killed$/],
  flood: [101, /printed more than 16777216 bytes and was killed$/],
  'result-and-failure': [100, /failed without a CNI error \(exit status 1\); it printed ".*10\.99\.0\.9/],
  segfault: [100, /failed without a CNI error \(was killed by SIGSEGV\)$/],
  'broken-pipe': [100, /failed without a CNI error \(was killed by SIGPIPE\)$/],
}

/** Only ADD reads what a delegate prints. */
const FAILS_ADD: Failures = {
  ...FAILS_ANY_VERB,
  'garbage-before': [101, /result is not JSON: .*got 'l' \(line 1, column 1\)$/],
  'garbage-after': [101, /result is not JSON: .*got 'd' \(line 1, column 59\)$/],
  'error-and-success': [101, /succeeded but printed an error: no such network \(code 7\)$/],
  'unknown-version': [101, /result: cniVersion: "9\.9\.9" is not a version of CNI results$/],
}

const HARMLESS_AT_ADD = ['hold-stdout', 'stdin-unread', 'other-version']
const HARMLESS_AT_DEL = [...HARMLESS_AT_ADD, 'garbage-before', 'garbage-after', 'error-and-success']

/** A pod of three bridges, of which the second has a delegate behind it that does something wrong. */
async function withOdd(how: string, at: 'ADD' | 'DEL', use: (node: TestNode) => Promise<void>): Promise<void> {
  const delegateEnvironment = ['RECORDS', 'SANDBOX']
  const keys = { delegates: [bridge(40)], delegateTimeout: 1, delegateEnvironment, logLevel: 'warning' }
  await withNode(keys, async (node) => {
    const plugins = [bridge(41), { type: 'misbehave', how, at }]
    node.apply(
      definition('odd', { cniVersion: '1.0.0', name: 'odd', plugins }),
      definition('last', bridge(42)),
      pod('web', 'odd,last'),
    )
    await use(node)
  })
}

function assertNothingIsLeft(node: TestNode): void {
  const host = leftovers()
  assert.equal(host.leases, [])
  assert.equal(
    [...links(node.netns).map(({ name }) => name), ...host.links.filter((name) => /^veth/.test(name))],
    ['lo'],
  )
  assert.equal(node.state(), [])
}

function leftRunning(node: TestNode): readonly number[] {
  return readFileSync(`${node.folder}/records/pids`, 'utf8').trim().split(' ').map(Number)
}

function runs(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

for (const [how, [code, msg]] of Object.entries(FAILS_ADD))
  test(`B5, F2: a delegate that misbehaves at ADD (${how}) fails it, and every network is undone`, async () => {
    await withOdd(how, 'ADD', async (node) => {
      const { status, json } = await node.call('ADD')
      assert.is(status, 1)
      assert.is(json.code, code)
      assert.match(json.msg ?? '', new RegExp(`^network default/odd \\(net1\\): plugin misbehave: ${msg.source}`))
      assertNothingIsLeft(node)
      if (how === 'hang') assert.equal(leftRunning(node).filter(runs), [])
      assert.is((await node.call('DEL')).status, 0)
    })
  })

for (const [how, [code, msg]] of Object.entries(FAILS_ANY_VERB))
  test(`B5, B3: a delegate that misbehaves at DEL (${how}) fails it, the other networks go, its own with the next DEL (pain 5)`, async () => {
    await withOdd(how, 'DEL', async (node) => {
      assert.is((await node.call('ADD')).status, 0)
      const { status, json } = await node.call('DEL')
      assert.is(status, 1)
      assert.is(json.code, code)
      assert.match(json.msg ?? '', new RegExp(`^network default/odd \\(net1\\): plugin misbehave: ${msg.source}`))
      assert.equal(leftovers().leases, ['odd/10.41.0.2'])
      assert.equal(
        links(node.netns).map(({ name }) => name),
        ['lo', 'net1'],
      )
      writeFileSync(`${node.folder}/records/well`, '')
      assert.is((await node.call('DEL')).status, 0)
      assertNothingIsLeft(node)
    })
  })

for (const how of HARMLESS_AT_ADD)
  test(`B5, B6: a delegate that is odd and not wrong at ADD (${how}) gives its result, and the pod is attached`, async () => {
    await withOdd(how, 'ADD', async (node) => {
      const { status, json, stdout } = await node.call('ADD')
      assert.is(status, 0, stdout)
      assert.equal(
        json.ips?.map(({ address }) => address.split('.')[1]),
        ['40', '99', '42'],
      )
      if (how === 'hold-stdout') for (const pid of leftRunning(node)) process.kill(pid, 'SIGKILL')
      assert.is((await node.call('DEL')).status, 0)
      assertNothingIsLeft(node)
    })
  })

for (const how of HARMLESS_AT_DEL)
  test(`B5, A6: a delegate that succeeds at DEL whatever it prints (${how}) has deleted`, async () => {
    await withOdd(how, 'DEL', async (node) => {
      assert.is((await node.call('ADD')).status, 0)
      const { status, stdout } = await node.call('DEL')
      assert.is(status, 0)
      assert.is(stdout, '')
      if (how === 'hold-stdout') for (const pid of leftRunning(node)) process.kill(pid, 'SIGKILL')
      assertNothingIsLeft(node)
    })
  })

test('B5: a delegate that names an interface of another sandbox is reported in the log, and that sandbox is never touched', async () => {
  await withNetns(async (another) => {
    runIn(another, 'ip', ['link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'peer0'])
    runIn(another, 'ip', ['address', 'add', '10.99.0.9/24', 'dev', 'eth0'])
    await withOdd('other-sandbox', 'ADD', async (node) => {
      const { status, json, stderr } = await node.call('ADD', { env: { SANDBOX: another.path } })
      assert.is(status, 0)
      assert.match(stderr, new RegExp(`of another sandbox.*"default/odd".*"eth0 in ${another.path}"`))
      const { interfaces = [], ips = [] } = json
      assert.equal(
        ips.map((ip) => [ip.address, interfaces[ip.interface ?? -1]?.sandbox]),
        [
          ['10.40.0.2/16', node.netns.path],
          ['10.99.0.9/24', another.path],
          ['10.42.0.2/16', node.netns.path],
        ],
      )
      assert.is((await node.call('DEL')).status, 0)
      assertNothingIsLeft(node)
      assert.equal(addresses('eth0', another), ['10.99.0.9/24'])
    })
  })
})

import {
  addNetwork,
  type ChainEvent,
  checkNetwork,
  convertResult,
  delNetwork,
  gcNetwork,
  statusNetwork,
  type VersionedResult,
} from '../../src/cni/index.ts'
import { type FakeExec, failing, fakeExec, printing } from '../fakes/fake-exec.ts'
import { assert, test } from '../harness.ts'
import { ATTACHMENT, FOLDERS, networkOf, settingsOf } from './chains.ts'
import { failureOf } from './failure.ts'

const resultOf = (last: number): VersionedResult => ({ cniVersion: '1.0.0', ips: [{ address: `10.0.0.${last}/24` }] })
const CHAIN = ['a', 'b', 'c']
const printingChain = () =>
  fakeExec({
    a: printing(resultOf(1)),
    b: printing(resultOf(2)),
    c: printing(resultOf(3)),
    broken: failing({ code: 7, msg: 'no' }),
  })
const ranBy = ({ runs }: FakeExec) => runs.map(({ verb, plugin }) => `${verb} ${plugin}`)
const handedTo = ({ runs }: FakeExec) => runs.map(({ config }) => config['prevResult'])

const OF_CONTAINER = {
  CNI_CONTAINERID: 'c1',
  CNI_NETNS: '/run/netns/pod',
  CNI_IFNAME: 'net1',
  CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAME=pod',
}
const OF_NONE = { CNI_CONTAINERID: '', CNI_NETNS: '', CNI_IFNAME: '', CNI_ARGS: '' }

test('B2, B3: at ADD plugins run in order, each handed the result before it, and the last one’s is the network’s', async () => {
  const exec = printingChain()
  assert.equal(await addNetwork(settingsOf(exec), networkOf('1.0.0', CHAIN), ATTACHMENT), resultOf(3))
  assert.equal(ranBy(exec), ['ADD a', 'ADD b', 'ADD c'])
  assert.equal(handedTo(exec), [undefined, resultOf(1), resultOf(2)])
})

test('B8: the first plugin of a threaded network is handed the result of the networks before it', async () => {
  const exec = printingChain()
  await addNetwork(settingsOf(exec), networkOf('1.0.0', ['a', 'b']), ATTACHMENT, resultOf(9))
  assert.equal(handedTo(exec), [resultOf(9), resultOf(1)])
})

test('B2, B3: at DEL plugins run in reverse, each handed the final result', async () => {
  const exec = printingChain()
  await delNetwork(settingsOf(exec), networkOf('1.0.0', CHAIN), ATTACHMENT, resultOf(3))
  assert.equal(ranBy(exec), ['DEL c', 'DEL b', 'DEL a'])
  assert.equal(handedTo(exec), [resultOf(3), resultOf(3), resultOf(3)])
})

test('B2, B3: at CHECK plugins run in order, each handed the final result', async () => {
  const exec = printingChain()
  await checkNetwork(settingsOf(exec), networkOf('1.0.0', CHAIN), ATTACHMENT, resultOf(3))
  assert.equal(ranBy(exec), ['CHECK a', 'CHECK b', 'CHECK c'])
  assert.equal(handedTo(exec), [resultOf(3), resultOf(3), resultOf(3)])
})

for (const [cniVersion, handed] of [
  ['0.1.0', false],
  ['0.2.0', false],
  ['0.3.0', false],
  ['0.3.1', false],
  ['0.4.0', true],
  ['1.0.0', true],
  ['1.1.0', true],
] as const)
  test(`B2: DEL in ${cniVersion} hands ${handed ? 'the result in that version' : 'no result'}`, async () => {
    const exec = printingChain()
    await delNetwork(settingsOf(exec), networkOf(cniVersion, ['a']), ATTACHMENT, resultOf(3))
    assert.equal(handedTo(exec), [handed ? convertResult(resultOf(3), cniVersion).result : undefined])
  })

test('B2: DEL and CHECK without a result hand none', async () => {
  const exec = printingChain()
  const network = networkOf('1.0.0', ['a'])
  await delNetwork(settingsOf(exec), network, ATTACHMENT)
  await checkNetwork(settingsOf(exec), network, ATTACHMENT)
  assert.equal(handedTo(exec), [undefined, undefined])
})

test('B2: every verb about a container hands the capability arguments a plugin declares', async () => {
  const exec = printingChain()
  const network = networkOf('1.1.0', [{ type: 'a', capabilities: { mac: true } }, 'b'])
  const attachment = { ...ATTACHMENT, capabilityArgs: { mac: 'm', ips: [] } }
  await addNetwork(settingsOf(exec), network, attachment)
  await checkNetwork(settingsOf(exec), network, attachment)
  await delNetwork(settingsOf(exec), network, attachment)
  await statusNetwork(settingsOf(exec), network)
  await gcNetwork(settingsOf(exec), network, [])
  const got = exec.runs.map(({ verb, plugin, config }) => [`${verb} ${plugin}`, config['runtimeConfig']])
  assert.equal(
    got.filter(([, runtimeConfig]) => runtimeConfig !== undefined),
    [
      ['ADD a', { mac: 'm' }],
      ['CHECK a', { mac: 'm' }],
      ['DEL a', { mac: 'm' }],
    ],
  )
})

test('A1: all six CNI variables are set for every verb, over the environment that is inherited', async () => {
  const exec = printingChain()
  const network = networkOf('1.1.0', ['a'])
  await addNetwork(settingsOf(exec), network, ATTACHMENT)
  await delNetwork(settingsOf(exec), network, ATTACHMENT)
  await checkNetwork(settingsOf(exec), network, ATTACHMENT)
  await statusNetwork(settingsOf(exec), network)
  await gcNetwork(settingsOf(exec), network, [])
  const common = { PATH: '/bin', CNI_PATH: '/opt/cni/bin:/usr/lib/cni' }
  assert.equal(
    exec.runs.map(({ env }) => env),
    [
      { ...common, CNI_COMMAND: 'ADD', ...OF_CONTAINER },
      { ...common, CNI_COMMAND: 'DEL', ...OF_CONTAINER },
      { ...common, CNI_COMMAND: 'CHECK', ...OF_CONTAINER },
      { ...common, CNI_COMMAND: 'STATUS', ...OF_NONE },
      { ...common, CNI_COMMAND: 'GC', ...OF_NONE },
    ],
  )
})

test('B3: ADD, DEL, CHECK and STATUS stop at the first plugin that fails, with its error', async () => {
  const network = networkOf('1.1.0', ['a', 'broken', 'c'])
  for (const [run, ran] of [
    [(exec: FakeExec) => addNetwork(settingsOf(exec), network, ATTACHMENT), ['ADD a', 'ADD broken']],
    [(exec: FakeExec) => delNetwork(settingsOf(exec), network, ATTACHMENT), ['DEL c', 'DEL broken']],
    [(exec: FakeExec) => checkNetwork(settingsOf(exec), network, ATTACHMENT), ['CHECK a', 'CHECK broken']],
    [(exec: FakeExec) => statusNetwork(settingsOf(exec), network), ['STATUS a', 'STATUS broken']],
  ] as const) {
    const exec = printingChain()
    const { code, msg } = await failureOf(run(exec))
    assert.equal([code, msg], [7, 'plugin broken: no'])
    assert.equal(ranBy(exec), ran)
  }
})

test('B3: disableCheck runs nothing, but CHECK of an older network is refused all the same', async () => {
  const exec = printingChain()
  await checkNetwork(settingsOf(exec), networkOf('1.0.0', CHAIN, { disableCheck: true }), ATTACHMENT)
  const old = networkOf('0.3.1', CHAIN, { disableCheck: true })
  const { code, msg } = await failureOf(checkNetwork(settingsOf(exec), old, ATTACHMENT))
  assert.equal([code, msg], [1, 'config version 0.3.1 does not allow CHECK, which came with CNI 0.4.0'])
  assert.equal(exec.runs, [])
})

for (const [code, what] of [
  [50, 'cannot serve'],
  [51, 'cannot serve, with limits for those attached'],
] as const)
  test(`F7: a plugin that ${what} is STATUS’ answer, code ${code} kept`, async () => {
    const exec = fakeExec({ a: {}, b: failing({ code, msg: 'not now' }) })
    const failure = await failureOf(statusNetwork(settingsOf(exec), networkOf('1.1.0', ['a', 'b'])))
    assert.equal([failure.code, failure.msg], [code, 'plugin b: not now'])
  })

test('A5: STATUS and GC are not asked of a network below 1.1.0', async () => {
  const exec = printingChain()
  const network = networkOf('1.0.0', CHAIN)
  await statusNetwork(settingsOf(exec), network)
  assert.equal(await gcNetwork(settingsOf(exec), network, []), [])
  assert.equal(exec.runs, [])
})

test('A5: GC tells every plugin in order the valid attachments under both keys', async () => {
  const exec = printingChain()
  const valid = [{ containerID: 'c1', ifname: 'net1' }]
  assert.equal(await gcNetwork(settingsOf(exec), networkOf('1.1.0', ['a', 'b']), valid), [])
  const keys = { 'cni.dev/valid-attachments': valid, 'cni.dev/attachments': valid }
  assert.equal(
    exec.runs.map(({ verb, config }) => [verb, config]),
    ['a', 'b'].map((type) => ['GC', { type, name: 'net', cniVersion: '1.1.0', ...keys }]),
  )
})

test('A5: GC goes on behind a plugin that fails, or is not there, and gives every error', async () => {
  const exec = printingChain()
  const errors = await gcNetwork(settingsOf(exec), networkOf('1.1.0', ['broken', 'gone', 'a']), [])
  assert.equal(
    errors.map(({ code }) => code),
    [7, 103],
  )
  assert.equal(ranBy(exec), ['GC broken', 'GC a'])
})

test('A5: disableGC tells nobody', async () => {
  const exec = printingChain()
  assert.equal(await gcNetwork(settingsOf(exec), networkOf('1.1.0', CHAIN, { disableGC: true }), []), [])
  assert.equal(exec.runs, [])
})

test('B4: a plugin is looked for in the folders in their order, and run where it was found', async () => {
  const exec = printingChain()
  await addNetwork(settingsOf(exec), networkOf('1.0.0', ['a']), ATTACHMENT)
  assert.equal(exec.lookups, [{ type: 'a', folders: FOLDERS }])
  assert.equal(
    exec.runs.map(({ path, timeoutMs }) => [path, timeoutMs]),
    [['/opt/cni/bin/a', 5000]],
  )
})

test('B4: a plugin that is missing says where it was looked for', async () => {
  const exec = printingChain()
  const network = networkOf('1.0.0', ['a', 'gone'])
  const { code, msg } = await failureOf(addNetwork(settingsOf(exec), network, ATTACHMENT))
  assert.equal([code, msg], [103, 'plugin gone: no such executable in /opt/cni/bin, /usr/lib/cni'])
  assert.equal(ranBy(exec), ['ADD a'])
  const nowhere = { ...settingsOf(exec), pluginFolders: [] }
  assert.is(
    (await failureOf(delNetwork(nowhere, network, ATTACHMENT))).msg,
    'plugin gone: no such executable in any folder (binDir and CNI_PATH are empty)',
  )
})

for (const type of ['../a', '/opt/cni/bin/a', 'x/', '/'])
  test(`B4: the plugin type ${type} is refused and not looked for`, async () => {
    const exec = printingChain()
    const { code, msg } = await failureOf(delNetwork(settingsOf(exec), networkOf('1.0.0', [type]), ATTACHMENT))
    assert.equal([code, msg], [7, `plugin type "${type}" must be a file name, not a path`])
    assert.equal(exec.lookups, [])
  })

test('B5: every run is told as it begins, with its stdin, and as it ends, with its outcome', async () => {
  const events: ChainEvent[] = []
  const exec = fakeExec({ a: { ...printing({}), stderr: 'noise' } })
  await addNetwork(settingsOf(exec, events), networkOf('1.0.0', ['a']), ATTACHMENT)
  const name = { verb: 'ADD', network: 'net', cniVersion: '1.0.0', plugin: 'a' }
  const outcome = { stdout: '{}', stderr: 'noise', durationMs: 1, end: { kind: 'exited', status: 0 } }
  assert.equal(events, [
    { kind: 'plugin-starts', ...name, input: '{"type":"a","name":"net","cniVersion":"1.0.0"}' },
    { kind: 'plugin-ended', ...name, outcome },
  ])
})

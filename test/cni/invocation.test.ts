import { type Call, CNI_VERSIONS, readInvocation, VERBS, VERSION_RESULT } from '../../src/cni/index.ts'
import { refusal } from '../attach/refusal.ts'
import { assert, test } from '../harness.ts'

const ENV = {
  CNI_CONTAINERID: 'c1',
  CNI_NETNS: '/run/netns/pod',
  CNI_IFNAME: 'eth0',
  CNI_ARGS: 'A=1',
  CNI_PATH: '/opt/cni/bin::/usr/lib/cni',
}
const CONFIG = { cniVersion: '1.1.0', name: 'net', 'cni.dev/valid-attachments': [] }
const VALID = [{ containerID: 'c1', ifname: 'eth0' }]

const call = (verb: string, env: Call['env'] = {}, config: object = CONFIG): Call => ({
  env: { ...ENV, CNI_COMMAND: verb, ...env },
  stdin: () => JSON.stringify(config),
})
const unread = (verb: string, env: Call['env']): Call => ({
  env: { ...ENV, CNI_COMMAND: verb, ...env },
  stdin: () => {
    throw new Error('stdin was read')
  },
})
const withText = (text: string): Call => ({ ...call('ADD'), stdin: () => text })

for (const verb of ['ADD', 'DEL', 'CHECK'])
  test(`A1: ${verb} comes with its container, its interface, the folders of CNI_PATH and the whole configuration`, () => {
    assert.equal(readInvocation(call(verb)), {
      verb,
      containerId: 'c1',
      ifName: 'eth0',
      netns: '/run/netns/pod',
      cniArgs: 'A=1',
      cniVersion: '1.1.0',
      path: ['/opt/cni/bin', '/usr/lib/cni'],
      config: CONFIG,
    })
  })

test('A1: STATUS and GC come without a container, whatever stands in its variables', () => {
  const env = { CNI_CONTAINERID: '../bad', CNI_IFNAME: 'a/b' }
  const common = { cniVersion: '1.1.0', path: ['/opt/cni/bin', '/usr/lib/cni'], config: CONFIG }
  assert.equal(readInvocation(call('STATUS', env)), { verb: 'STATUS', ...common })
  assert.equal(readInvocation(call('GC', env)), { verb: 'GC', ...common, valid: [] })
})

test('A2: VERSION needs nothing but the verb, and lists every version with the highest echoed', () => {
  assert.equal(readInvocation(unread('VERSION', { CNI_CONTAINERID: '', CNI_PATH: '' })), { verb: 'VERSION' })
  assert.equal(VERSION_RESULT.supportedVersions, ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'])
  assert.is(VERSION_RESULT.cniVersion, '1.1.0')
})

for (const cniVersion of CNI_VERSIONS)
  test(`A2: a configuration in ${cniVersion} is accepted`, () => {
    const invocation = readInvocation(call('ADD', {}, { name: 'net', cniVersion }))
    assert.is('cniVersion' in invocation && invocation.cniVersion, cniVersion)
  })

for (const config of [{ name: 'net' }, { name: 'net', cniVersion: '' }])
  test(`A2: the configuration ${JSON.stringify(config)} is in 0.1.0`, () => {
    const invocation = readInvocation(call('DEL', {}, config))
    assert.is('cniVersion' in invocation && invocation.cniVersion, '0.1.0')
  })

for (const cniVersion of ['9.9.9', '1.2.0', '1.0', '01.0.0', 'v1.0.0', '1.0.0-rc1', ' 1.0.0', 'latest'])
  test(`A2: the unknown version "${cniVersion}" is refused with the supported ones`, () => {
    assert.is(
      refusal(() => readInvocation(call('DEL', {}, { name: 'net', cniVersion }))),
      `1 the configuration on stdin: cniVersion "${cniVersion}" is not supported; ` +
        'supported are 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0',
    )
  })

for (const [command, said] of [
  [undefined, 'required env variables [CNI_COMMAND] missing'],
  ['', 'required env variables [CNI_COMMAND] missing'],
  ['add', `unknown CNI_COMMAND: add; expected one of ${VERBS.join(', ')}`],
  ['constructor', `unknown CNI_COMMAND: constructor; expected one of ${VERBS.join(', ')}`],
] as const)
  test(`A3: CNI_COMMAND ${JSON.stringify(command)} is refused before stdin is read`, () => {
    assert.is(
      refusal(() => readInvocation(unread('', { CNI_COMMAND: command }))),
      `4 ${said}`,
    )
  })

for (const [verb, required] of [
  ['ADD', 'CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME'],
  ['DEL', 'CNI_CONTAINERID,CNI_IFNAME'],
  ['CHECK', 'CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME'],
  ['GC', 'CNI_PATH'],
] as const) {
  const names = required.split(',')
  for (const [what, value] of [
    ['missing', undefined],
    ['empty', ''],
  ] as const)
    test(`A3: ${verb} names all of its variables that are ${what}, before stdin is read`, () => {
      const env = Object.fromEntries(names.map((name) => [name, value]))
      assert.is(
        refusal(() => readInvocation(unread(verb, env))),
        `4 required env variables [${required}] missing for ${verb}`,
      )
    })
}

test('A3: what a verb does not need may be missing', () => {
  const invocation = readInvocation(call('DEL', { CNI_NETNS: undefined, CNI_ARGS: undefined, CNI_PATH: undefined }))
  assert.ok('netns' in invocation)
  assert.equal([invocation.netns, invocation.cniArgs, invocation.path], ['', '', []])
  for (const verb of ['ADD', 'CHECK', 'STATUS'])
    assert.is(readInvocation(call(verb, { CNI_ARGS: undefined, CNI_PATH: undefined })).verb, verb)
})

test('A3: the values of the environment are judged before stdin is read', () => {
  for (const verb of ['ADD', 'DEL', 'CHECK']) {
    assert.match(
      refusal(() => readInvocation(unread(verb, { CNI_CONTAINERID: '../x' }))),
      /^4 CNI_CONTAINERID: .*"\.\.\/x"/,
    )
    assert.match(
      refusal(() => readInvocation(unread(verb, { CNI_IFNAME: 'a/b' }))),
      /^4 CNI_IFNAME: .*"a\/b"/,
    )
  }
})

for (const [verb, since, before] of [
  ['CHECK', '0.4.0', ['', '0.1.0', '0.2.0', '0.3.0', '0.3.1']],
  ['STATUS', '1.1.0', ['', '0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0']],
  ['GC', '1.1.0', ['', '0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0']],
] as const)
  test(`A5: ${verb} is refused below ${since} and taken from there on`, () => {
    for (const cniVersion of before)
      assert.is(
        refusal(() => readInvocation(call(verb, {}, { ...CONFIG, cniVersion }))),
        `1 config version ${cniVersion || '0.1.0'} does not allow ${verb}, which came with CNI ${since}`,
      )
    assert.is(readInvocation(call(verb, {}, { ...CONFIG, cniVersion: since })).verb, verb)
  })

for (const [what, keys, valid] of [
  ['the key of the text after the tag', { 'cni.dev/valid-attachments': VALID }, VALID],
  ['the key of the tag spec-v1.1.0', { 'cni.dev/attachments': VALID }, VALID],
  ['both, of which the newer counts', { 'cni.dev/valid-attachments': VALID, 'cni.dev/attachments': [] }, VALID],
  ['null, which libcni writes for no attachment', { 'cni.dev/valid-attachments': null }, []],
] as const)
  test(`A5: GC reads the valid attachments from ${what}`, () => {
    const invocation = readInvocation(call('GC', {}, { cniVersion: '1.1.0', name: 'net', ...keys }))
    assert.equal('valid' in invocation && invocation.valid, valid)
  })

for (const [what, keys, said] of [
  ['no list at all', {}, /^7 .*: cni\.dev\/attachments: is missing; .*delete everything$/],
  ['a text', { 'cni.dev/valid-attachments': 'all' }, /: cni\.dev\/valid-attachments: must be a list$/],
  [
    'an element of no container',
    { 'cni.dev/attachments': [{ ifname: 'a' }] },
    /attachments\[0\]\.containerID: is missing$/,
  ],
  [
    'an interface that is a number',
    { 'cni.dev/attachments': [{ containerID: 'a', ifname: 1 }] },
    /\[0\]\.ifname: must be a string$/,
  ],
] as const)
  test(`A7: GC with ${what} is refused, rather than delete what is valid`, () => {
    assert.match(
      refusal(() => readInvocation(call('GC', {}, { cniVersion: '1.1.0', name: 'net', ...keys }))),
      said,
    )
  })

for (const [what, text, said] of [
  ['nothing', '', 'is empty; expected JSON'],
  ['white space', ' \n', 'is empty; expected JSON'],
  ['a list', '[]', 'is a list; expected a JSON object'],
  ['null', 'null', 'is null; expected a JSON object'],
  ['a number past a double', '1e999', 'is a number; expected a JSON object'],
  ['a version that is a number', '{"cniVersion":1.0}', ': cniVersion: must be a string'],
  ['a version that is null', '{"cniVersion":null}', ': cniVersion: must be a string'],
  ['half an object', '{"name":"net",\n  "type": ', "is not JSON: Object value expected after ':' (line 2, column 11)"],
  ['deep nesting', `{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`, 'is nested too deeply: more than 200 levels'],
] as const)
  test(`A7: ${what} on stdin is one clear error`, () => {
    const refused = refusal(() => readInvocation(withText(text)))
    assert.is(refused, `6 the configuration on stdin${said.startsWith(':') ? '' : ' '}${said}`)
  })

test('A7: a configuration of 10 MiB is refused by its size, counted in bytes', () => {
  const padded = (length: number) => JSON.stringify({ ...CONFIG, pad: 'ä'.repeat(length) })
  assert.match(
    refusal(() => readInvocation(withText(padded(5 * 1024 * 1024)))),
    /^6 the configuration on stdin is 104\d{5} bytes; at most 4194304 are read$/,
  )
  assert.is(readInvocation(withText(padded(1024 * 1024))).verb, 'ADD')
})

import { readNodeConfig } from '../../src/attach/node-config.ts'
import { type JsonObject, parseJsonObject, problemText, toJson } from '../../src/cni/index.ts'
import { assert, test } from '../harness.ts'
import { fc } from '../property.ts'
import { anyJson, jsonObject } from './json-values.ts'
import { isAnswered, refusal } from './refusal.ts'

const LEAST = { name: 'n', clusterNetwork: 'default-net' }

const configOf = (keys: JsonObject) => readNodeConfig({ ...LEAST, ...keys }).config
const warningsOf = (keys: JsonObject) => readNodeConfig({ ...LEAST, ...keys }).warnings.map(problemText)

test('D1: what is not configured has Multus’ defaults, and Plexus’ own', () => {
  assert.equal(readNodeConfig(LEAST), {
    config: {
      name: 'n',
      type: 'plexus',
      cniVersion: '0.1.0',
      clusterNetwork: 'default-net',
      defaultNetworks: [],
      delegates: [],
      systemNamespaces: ['kube-system'],
      multusNamespace: 'kube-system',
      namespaceIsolation: false,
      globalNamespaces: ['default'],
      confDir: '/etc/cni/multus/net.d',
      cniDir: '/var/lib/cni/multus',
      binDir: '/opt/cni/bin',
      retryDeleteOnError: false,
      logLevel: 'warning',
      logToStderr: true,
      logOptions: { maxAge: 5, maxSize: 100, maxBackups: 5, compress: true },
      chaining: 'threaded',
      result: 'merged',
      multusCompatible: false,
      delegateTimeout: 120,
      delegateEnvironment: [],
      apiTimeout: 30,
      events: true,
      raw: LEAST,
    },
    warnings: [],
  })
})

test('D1: every key of Multus and of Plexus is read without a warning', () => {
  const written = {
    name: 'multus-cni-network',
    type: 'plexus',
    cniVersion: '1.1.0',
    clusterNetwork: '/host/etc/cni/net.d/10-calico.conflist',
    defaultNetworks: ['storage'],
    systemNamespaces: ['kube-system', 'infra'],
    multusNamespace: 'infra',
    namespaceIsolation: true,
    confDir: '/conf',
    cniDir: '/cni',
    binDir: '/bin',
    kubeconfig: '/etc/cni/net.d/multus.d/multus.kubeconfig',
    readinessindicatorfile: '/run/ready',
    retryDeleteOnError: true,
    auxiliaryCNIChainName: 'vendor-cni-chain',
    daemonSocketDir: '/run/multus/',
    capabilities: { portMappings: true },
    runtimeConfig: { portMappings: [], 'io.kubernetes.cri.pod-annotations': { a: 'b' } },
    logFile: '/var/log/multus.log',
    logLevel: 'verbose',
    logToStderr: false,
    logOptions: { maxAge: 1, maxSize: 2, maxBackups: 3, compress: false },
    chaining: 'isolated',
    result: 'primary',
    multusCompatible: true,
    events: true,
    delegateTimeout: 0.5,
    delegateEnvironment: ['VENDOR_NODE'],
    apiTimeout: 10,
    maxConcurrent: 8,
    source: { files: '/etc/plexus' },
    agentSocket: '/run/plexus/agent.sock',
  } as const
  const { config, warnings } = readNodeConfig({ ...written, globalNamespaces: ' default, infra ,' })
  assert.equal(config, { ...written, globalNamespaces: ['default', 'infra'], delegates: [], raw: config.raw })
  assert.equal(warnings, [])
})

for (const [title, keys, expected] of [
  ['systemNamespace stands for multusNamespace', { systemNamespace: 'infra' }, { multusNamespace: 'infra' }],
  ['multusNamespace goes before it', { systemNamespace: 'a', multusNamespace: 'b' }, { multusNamespace: 'b' }],
  ['globalNamespaces may be a list', { globalNamespaces: ['a', ' b '] }, { globalNamespaces: ['a', 'b'] }],
  ['an empty globalNamespaces is none', { globalNamespaces: '' }, { globalNamespaces: ['default'] }],
  ['no systemNamespaces may be wanted', { systemNamespaces: [] }, { systemNamespaces: [] }],
  [
    'null is the same as nothing',
    { confDir: null, delegates: null },
    { confDir: '/etc/cni/multus/net.d', delegates: [] },
  ],
  ['an empty text is the same as nothing', { binDir: '', logFile: '' }, { binDir: '/opt/cni/bin', logFile: undefined }],
  ['a log level may be in any case', { logLevel: 'DEBUG' }, { logLevel: 'debug' }],
  [
    'log options have defaults one by one',
    { logOptions: { maxAge: 9 } },
    { logOptions: { maxAge: 9, maxSize: 100, maxBackups: 5, compress: true } },
  ],
  [
    'type multus means isolated chaining',
    { type: 'multus' },
    { type: 'multus', chaining: 'isolated', result: 'primary', multusCompatible: true },
  ],
  ['type multus-shim does as well', { type: 'multus-shim' }, { chaining: 'isolated', result: 'primary' }],
  [
    'under multus they can be chosen',
    { type: 'multus', chaining: 'threaded', result: 'merged' },
    { chaining: 'threaded', result: 'merged' },
  ],
] as const) {
  test(`D1: ${title}`, () => {
    const config = configOf(keys)
    for (const [key, value] of Object.entries(expected)) assert.equal(config[key as keyof typeof config], value)
  })
}

test('D1: delegates and runtimeConfig are kept exactly as they were written', () => {
  const text =
    '{"name":"n","runtimeConfig":{"x":[12345678901234567890]},"delegates":[{"type":"a","b":"","id":12345678901234567890}]}'
  const { config } = readNodeConfig(parseJsonObject(text, 'test'))
  assert.is(toJson(config.delegates), '[{"type":"a","b":"","id":12345678901234567890}]')
  assert.is(toJson(config.runtimeConfig ?? {}), '{"x":[12345678901234567890]}')
  assert.is(toJson(config.raw), text)
})

test('D1: a configuration without type is that of the plugin that reads it', () => {
  assert.equal(readNodeConfig(LEAST, 'multus').config.chaining, 'isolated')
})

for (const [keys, said] of [
  [{ clusterNetwork: null }, 'clusterNetwork or delegates: one of them must say what the default network is'],
  [
    { clusterNetwork: '', delegates: [] },
    'clusterNetwork or delegates: one of them must say what the default network is',
  ],
  [{ name: null }, 'name: is missing'],
  [{ name: '-n' }, 'name: "-n" has characters that are not allowed; it must match ^[a-zA-Z0-9][a-zA-Z0-9_.-]*$'],
  [{ confDir: 7 }, 'confDir: must be a string'],
  [{ delegates: { type: 'bridge' } }, 'delegates: must be a list'],
  [{ delegates: [{ type: 'bridge' }, 'x'] }, 'delegates[1]: must be an object'],
  [{ defaultNetworks: ['a', 7] }, 'defaultNetworks[1]: must be a string'],
  [{ namespaceIsolation: 'true' }, 'namespaceIsolation: must be true or false'],
  [{ globalNamespaces: 7 }, 'globalNamespaces: must be a string or a list'],
  [{ capabilities: { ips: 'yes' } }, 'capabilities.ips: must be true or false'],
  [{ runtimeConfig: [] }, 'runtimeConfig: must be an object'],
  [{ logOptions: { maxAge: 1.5 } }, 'logOptions.maxAge: must be a whole number'],
  [{ chaining: 'on' }, 'chaining: must be one of threaded, isolated'],
  [{ result: 'both' }, 'result: must be one of merged, primary'],
  [{ delegateTimeout: 0 }, 'delegateTimeout: must be > 0'],
  [{ delegateEnvironment: ['A=B'] }, 'delegateEnvironment[0]: must match pattern "^[A-Za-z_][A-Za-z0-9_]*$"'],
  [{ apiTimeout: '30s' }, 'apiTimeout: must be a number'],
  [{ maxConcurrent: 0 }, 'maxConcurrent: must be >= 1'],
  [{ source: {} }, 'source.files: is missing'],
  [{ source: 'files' }, 'source: must be an object'],
] as const) {
  test(`D3: a node configuration with ${JSON.stringify(keys)} is refused with its path`, () => {
    assert.is(
      refusal(() => configOf(keys)),
      `7 the node configuration: ${said}`,
    )
  })
}

test('D3: a number that no double can hold is no object', () => {
  const config = parseJsonObject('{"name":"n","clusterNetwork":"x","runtimeConfig":12345678901234567890}', 'test')
  assert.is(
    refusal(() => readNodeConfig(config)),
    '7 the node configuration: runtimeConfig: must be an object',
  )
})

for (const [keys, warnings] of [
  [{ clusterNetwrok: 'x' }, ['unknown key "clusterNetwrok"; did you mean "clusterNetwork"?']],
  [{ vlan: 7 }, ['unknown key "vlan"']],
  [{ logOptions: { maxage: 1 } }, ['logOptions: unknown key "maxage"; did you mean "maxAge"?']],
  [{ readinessIndicatorFile: '/x' }, ['key "readinessIndicatorFile" is read as "readinessindicatorfile"']],
  [{ delegates: [{ type: 'bridge' }] }, ['delegates: has no effect, because clusterNetwork is set']],
  [
    { clusterNetwork: '', delegates: [{}], defaultNetworks: ['a'] },
    ['defaultNetworks: has no effect without clusterNetwork'],
  ],
  [{ logLevel: 'info' }, ['logLevel: must be one of debug, verbose, warning, error, panic; warning is taken instead']],
  [{ prevResult: {}, args: {}, ipam: {}, dns: {}, disableCheck: true, 'cni.dev/attachments': [], 'a/b': 1 }, []],
  [{ overrideNetworkName: true, cniConfigDir: '/x', multusMasterCNI: 'y', metricsPort: 1 }, []],
] as const) {
  test(`D3: a node configuration with ${JSON.stringify(keys)} is warned of ${warnings.length} times`, () => {
    assert.equal(warningsOf(keys as JsonObject), warnings)
  })
}

test('D3: a key in another case counts, unless it is there as it should be as well', () => {
  assert.is(configOf({ readinessIndicatorFile: '/x' }).readinessindicatorfile, '/x')
  const both = { BinDir: '/x', binDir: '/y' }
  assert.is(configOf(both).binDir, '/y')
  assert.equal(warningsOf(both), ['unknown key "BinDir"; did you mean "binDir"?'])
})

test('A7: whatever a node configuration holds, it is read or refused', () => {
  const keys = [
    'name',
    'type',
    'delegates',
    'clusterNetwork',
    'logOptions',
    'source',
    'globalNamespaces',
    'runtimeConfig',
  ]
  const configs = jsonObject(anyJson, keys)
  fc.assert(fc.property(configs, (config) => isAnswered(() => readNodeConfig({ ...LEAST, ...config }))))
  fc.assert(fc.property(configs, (config) => isAnswered(() => readNodeConfig(config))))
})

import {
  addNetwork,
  declaresCapability,
  delegateConfig,
  delNetwork,
  type JsonObject,
  networkList,
  parseJsonObject,
} from '../../src/cni/index.ts'
import { fakeExec, printing } from '../fakes/fake-exec.ts'
import { assert, test } from '../harness.ts'
import { fc } from '../property.ts'
import { ATTACHMENT, networkOf, settingsOf } from './chains.ts'
import { anyObjectText, saySame } from './json-texts.ts'

const configOf = (plugin: JsonObject, injection: Parameters<typeof delegateConfig>[2] = {}) => {
  const network = networkOf('1.0.0', [{ type: 'p', ...plugin }])
  return delegateConfig(network, network.plugins[0] ?? { type: 'p' }, injection)
}
const COMMON = { type: 'p', name: 'net', cniVersion: '1.0.0' }
const RESULT = { cniVersion: '1.0.0', ips: [{ address: '10.0.0.2/24' }] } as const

test('B2: a plugin gets the name and version of its list over its own, and keeps every other key', () => {
  const own = {
    name: 'own',
    cniVersion: '0.1.0',
    args: { cni: { a: 1 } },
    'cni.dev/x': null,
    capabilities: { mac: true },
  }
  assert.equal(configOf(own), { ...own, ...COMMON })
})

for (const [what, capabilities, args, runtimeConfig] of [
  ['the ones it declares', { mac: true, ips: true }, { mac: 'm', ips: ['i'], bandwidth: {} }, { mac: 'm', ips: ['i'] }],
  ['none it declares as false', { mac: false, ips: true }, { mac: 'm', ips: ['i'] }, { ips: ['i'] }],
  ['one that is null', { mac: true }, { mac: null }, { mac: null }],
  ['none where it declares none', {}, { mac: 'm' }, undefined],
  ['none where none is given', { mac: true }, {}, undefined],
  ['none by a name every object has', { toString: true, mac: true }, { constructor: 1, mac: 'm' }, { mac: 'm' }],
] as const)
  test(`B2: of the capability arguments a plugin gets ${what}`, () => {
    const config = configOf({ capabilities }, { capabilityArgs: args })
    assert.equal(config, { ...COMMON, capabilities, ...(runtimeConfig ? { runtimeConfig } : {}) })
  })

test('B2: a runtimeConfig of its own stays where nothing is given, and is replaced whole where something is', () => {
  const plugin = { capabilities: { mac: true }, runtimeConfig: { old: 1 } }
  assert.equal(configOf(plugin, { capabilityArgs: { ips: [] } })['runtimeConfig'], { old: 1 })
  assert.equal(configOf(plugin, { capabilityArgs: { mac: 'm' } })['runtimeConfig'], { mac: 'm' })
})

test('B2: a prevResult of its own stays where there is no result, and is replaced where there is one', () => {
  const plugin = { prevResult: { old: 1 } }
  assert.equal(configOf(plugin)['prevResult'], { old: 1 })
  assert.equal(configOf(plugin, { prevResult: RESULT })['prevResult'], RESULT)
})

for (const [capabilities, declared] of [
  [{ mac: true }, true],
  [{ mac: false }, false],
  [{ ips: true }, false],
  [null, false],
  [undefined, false],
] as const)
  test(`C3: the capabilities ${JSON.stringify(capabilities)} ${declared ? 'declare' : 'do not declare'} mac`, () => {
    assert.is(
      declaresCapability({ type: 'p', ...(capabilities === undefined ? {} : { capabilities }) }, 'mac'),
      declared,
    )
  })

for (const verb of ['ADD', 'DEL'] as const)
  test(`B6a: at ${verb} a plugin gets every key and every digit that was written`, async () => {
    await fc.assert(
      fc.asyncProperty(anyObjectText, anyObjectText, async (inner, outer) => {
        // What CNI gives a type comes last, and so wins over a key of that name among the others.
        const known = `"type":"p","name":"own","cniVersion":"1.0.0","x":${inner},"capabilities":{},"ipam":{},"dns":{},"prevResult":{},"runtimeConfig":{}`
        const plugin = `${outer.slice(0, -1)}${outer === '{}' ? '' : ','}${known}}`
        const text = `{"name":"net","cniVersion":"1.0.0","plugins":[${plugin}]}`
        const exec = fakeExec({ p: printing({}) })
        const network = networkList(parseJsonObject(text, 'f'), 'f')
        if (verb === 'ADD') await addNetwork(settingsOf(exec), network, ATTACHMENT)
        else await delNetwork(settingsOf(exec), network, ATTACHMENT)
        const written = `${plugin.slice(0, -1)},"name":"net","cniVersion":"1.0.0"}`
        assert.ok(saySame(exec.runs[0]?.stdin ?? '', written))
      }),
    )
  })

test('B6a: a capability argument reaches its plugin with every digit', async () => {
  const exec = fakeExec({ p: printing({}) })
  const args = parseJsonObject('{"mac":{"id":18446744073709551615,"__proto__":[1e400]}}', 'f')
  const network = networkOf('1.0.0', [{ type: 'p', capabilities: { mac: true } }])
  await addNetwork(settingsOf(exec), network, { ...ATTACHMENT, capabilityArgs: args })
  assert.match(exec.runs[0]?.stdin ?? '', '"runtimeConfig":{"mac":{"id":18446744073709551615,"__proto__":[1e400]}}')
})

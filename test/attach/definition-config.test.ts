import { definitionNetwork, withDeviceId } from '../../src/attach/definition-config.ts'
import { type ConfigFiles, networkList, toJson } from '../../src/cni/index.ts'
import { assert, test } from '../harness.ts'
import { fc } from '../property.ts'
import { fakeFiles } from './fake-files.ts'
import { anyJson, jsonObject } from './json-values.ts'
import { isAnswered, refusal } from './refusal.ts'

const CONF_DIR = '/etc/cni/multus/net.d'

function networkOf(config: string, files: ConfigFiles = fakeFiles()) {
  const definition = { namespace: 'pods', name: 'blue', annotations: {}, config }
  return definitionNetwork(definition, CONF_DIR, files, () => undefined)
}

for (const [title, config, name] of [
  ['a list', '{"cniVersion":"1.0.0","name":"own","plugins":[{"type":"bridge","mtu":9000}]}', 'own'],
  ['a single configuration', '{"cniVersion":"1.0.0","name":"own","type":"bridge","mtu":9000}', 'own'],
  ['a list without a name', '{"cniVersion":"1.0.0","plugins":[{"type":"bridge","mtu":9000}]}', 'blue'],
  ['a single configuration with an empty name', '{"cniVersion":"1.0.0","name":"","type":"bridge","mtu":9000}', 'blue'],
] as const) {
  test(`C7: spec.config that is ${title} is the network ${name}`, () => {
    const { name: named, cniVersion, plugins } = networkOf(config)
    assert.equal([named, cniVersion, plugins[0]?.type, plugins[0]?.['mtu']], [name, '1.0.0', 'bridge', 9000])
  })
}

test('C7: an empty spec.config is the configuration of the definition’s name in confDir, whatever its file is called', () => {
  const files = fakeFiles({
    [`${CONF_DIR}/10-broken.conflist`]: '{',
    [`${CONF_DIR}/20-red.conflist`]: '{"name":"red","plugins":[{"type":"macvlan"}]}',
    [`${CONF_DIR}/30.conf`]: '{"name":"blue","type":"bridge"}',
  })
  const passedOver: string[] = []
  const definition = { namespace: 'pods', name: 'blue', annotations: {}, config: ' \n' }
  const network = definitionNetwork(definition, CONF_DIR, files, ({ msg }) => passedOver.push(msg))
  assert.equal(network.plugins, [{ name: 'blue', type: 'bridge' }])
  assert.match(passedOver.join(), '/etc/cni/multus/net.d/10-broken.conflist is not JSON')
})

test('C7: an empty spec.config without a configuration of that name says where it was looked for', () => {
  assert.is(
    refusal(() => networkOf('')),
    '110 definition pods/blue has no spec.config, and no configuration in /etc/cni/multus/net.d has the name "blue"',
  )
})

for (const [config, said] of [
  ['{\n  "type": bridge }', /^6 definition pods\/blue: spec\.config is not JSON: .*\(line 2, column \d+\)$/],
  ['["bridge"]', /^6 definition pods\/blue: spec\.config is a list; expected a JSON object$/],
  ['{"plugins":[{"type":7}]}', /^7 definition pods\/blue: spec\.config: plugins\[0\]\.type: must be a string$/],
  ['{"name":7,"type":"bridge"}', /^7 definition pods\/blue: spec\.config: name: must be a string$/],
  ['{}', /^7 definition pods\/blue: spec\.config: plugins: is missing/],
  ['{"plugins":[]}', /^7 definition pods\/blue: spec\.config: plugins: is an empty list/],
  ['{"cniVersion":"9.9.9","type":"bridge"}', /^1 definition pods\/blue: spec\.config: cniVersion "9\.9\.9"/],
] as const) {
  test(`A7: the spec.config ${JSON.stringify(config)} is refused with the definition’s name and the place`, () => {
    assert.match(
      refusal(() => networkOf(config)),
      said,
    )
  })
}

test('A7: whatever a spec.config holds, it is read or refused', () => {
  const objects = jsonObject(anyJson, ['name', 'type', 'plugins', 'cniVersion', 'cniVersions', 'disableCheck'])
  const configs = fc.oneof(objects.map(toJson), anyJson.map(toJson), fc.string())
  fc.assert(fc.property(configs, (config) => isAnswered(() => networkOf(config))))
})

test('C12: every plugin of a network is told its device under both keys, and nothing else changes', () => {
  const network = networkList(
    {
      name: 'n',
      plugins: [
        { type: 'sriov', vlan: 7 },
        { type: 'tuning', deviceID: 'x' },
      ],
    },
    'test',
  )
  const { plugins, ...rest } = withDeviceId(network, '0000:03:02.3')
  assert.equal(plugins, [
    { type: 'sriov', vlan: 7, deviceID: '0000:03:02.3', pciBusID: '0000:03:02.3' },
    { type: 'tuning', deviceID: '0000:03:02.3', pciBusID: '0000:03:02.3' },
  ])
  const { plugins: before, ...unchanged } = network
  assert.equal(rest, unchanged)
  assert.equal(before, [
    { type: 'sriov', vlan: 7 },
    { type: 'tuning', deviceID: 'x' },
  ])
})

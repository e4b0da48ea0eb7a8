import { test } from '../harness.ts'
import { assertFound, assertSound, type Expected } from './marked.ts'

const error = (rule: string, message: RegExp): Expected => ({ severity: 'error', rule, message })
const warning = (rule: string, message: RegExp): Expected => ({ severity: 'warning', rule, message })
const node = (keys: string) => `{\n  "cniVersion": "1.0.0",\n  "name": "plexus",\n  "type": "plexus",\n  ${keys}\n}\n`
const DELEGATES = '"delegates": [{ "cniVersion": "1.0.0", "name": "base", "type": "bridge" }]'

const MISTAKES: Readonly<Record<string, readonly [string, Expected]>> = {
  'a key that is misspelt': [
    node(`⟦"namespaceIsolaton"⟧: true, ${DELEGATES}`),
    warning('unknown-key', /unknown key "namespaceIsolaton"; did you mean "namespaceIsolation"\?$/),
  ],
  'a value of the wrong type': [
    node(`"namespaceIsolation": ⟦"yes"⟧, ${DELEGATES}`),
    error('shape', /the node configuration: namespaceIsolation: must be true or false$/),
  ],
  'no default network': [
    node('"confDir": "/etc/cni"').replace('{', '⟦{⟧'),
    error('shape', /clusterNetwork or delegates: one of them must say/),
  ],
  'a mistake in a delegate': [
    node('"delegates": [{ "cniVersion": "1.0.0", "name": "base", "type": "bridge", "vlan": ⟦"7"⟧ }]'),
    error('shape', /the node configuration: delegates\[0\]\.vlan: must be a whole number$/),
  ],
  'a key that has no effect': [
    node(`"clusterNetwork": "base", ⟦"delegates"⟧: [{ "name": "x", "type": "bridge" }]`),
    warning('unknown-key', /delegates: has no effect, because clusterNetwork is set$/),
  ],
  'a mistake in a list, as install writes it': [
    '{ "cniVersion": "1.0.0", "name": "plexus", "plugins": [{ "type": "plexus", "clusterNetwork": "x", ⟦"logLvl"⟧: "debug" }] }',
    warning('unknown-key', /plugins\[0\]: unknown key "logLvl"; did you mean "logLevel"\?$/),
  ],
  'a version that nobody speaks': [
    node(DELEGATES).replace('"cniVersion": "1.0.0",\n', '⟦"cniVersion"⟧: "2.0.0",\n'),
    error('cni-version', /cniVersion "2\.0\.0" is not supported/),
  ],
  'JSON that is none': [node('"delegates": [').replace('\n}', '\n⟦}⟧'), error('syntax', /is not JSON/)],
}

for (const [what, [text, expected]] of Object.entries(MISTAKES))
  test(`H2, D3: in a node configuration, ${what} is found where it stands`, () =>
    assertFound(text, expected, '00-plexus.conf'))

test("H2: a network's own file is checked, plugins from its folder may follow, and what is no network is said", () => {
  assertSound('{ "cniVersion": "1.1.0", "name": "lan" }', '10-lan.conflist')
  assertFound(
    '{ "cniVersion": "1.0.0", "name": "lan", "plugins": [⟦{⟧}] }',
    error('shape', /network lan: plugins\[0\]\.type: is missing$/),
    '10-lan.conflist',
  )
  assertFound('⟦h⟧ello: world\n', warning('kind', /is no definition, pod, network or node configuration/))
})

import { assert, test } from '../harness.ts'
import { assertFound, assertSound, definitionText, type Expected } from './marked.ts'

const IPAM = '"ipam": { "type": "host-local", "subnet": "10.1.0.0/16" }'
const bridge = (keys: string) => `{ "cniVersion": "1.0.0", "type": "bridge", ${keys} }`
const ipam = (keys: string) => bridge(`"ipam": { "type": "host-local", ${keys} }`)
const error = (rule: string, message: RegExp): Expected => ({ severity: 'error', rule, message })
const warning = (rule: string, message: RegExp): Expected => ({ severity: 'warning', rule, message })

const MISTAKES: Readonly<Record<string, readonly [string, Expected]>> = {
  'a key that is misspelt': [
    bridge('⟦"isGatway"⟧: true'),
    warning('unknown-key', /unknown key "isGatway" of plugin bridge; did you mean "isGateway"\?$/),
  ],
  'a key that no plugin of that type reads': [
    '{ "cniVersion": "1.0.0", "type": "macvlan", ⟦"ipMasq"⟧: true }',
    warning('unknown-key', /unknown key "ipMasq" of plugin macvlan$/),
  ],
  'a value of the wrong type': [bridge('"mtu": ⟦"1500"⟧'), error('shape', /: mtu: must be a whole number$/)],
  'a value that is none of those allowed': [
    '{ "cniVersion": "1.0.0", "type": "ipvlan", "mode": ⟦"L2"⟧ }',
    error('shape', /mode: must be one of l2, l3, l3s$/),
  ],
  'a mistake deep in ipam': [
    ipam('"ranges": [[{ "subnet": "10.1.0.0/16", ⟦"gatway"⟧: "10.1.0.1" }]]'),
    warning('unknown-key', /ipam\.ranges\[0\]\[0\]: unknown key "gatway" of ipam plugin host-local; .*"gateway"\?$/),
  ],
  'a plugin without type': [
    '{ "cniVersion": "1.0.0", "name": "lan", "plugins": [{ "type": "bridge" }, ⟦{⟧ "mtu": 9000 }] }',
    error('shape', /definition default\/lan: spec\.config: plugins\[1\]\.type: is missing$/),
  ],
  'an empty chain': [
    '{ "cniVersion": "1.0.0", "name": "lan", ⟦"plugins"⟧: [] }',
    error('shape', /plugins: is an empty list/),
  ],
  'a CNI version that nobody speaks': [
    '{ ⟦"cniVersion"⟧: "1.0", "type": "bridge" }',
    error('cni-version', /cniVersion "1\.0" is not supported; supported are 0\.1\.0, .*1\.1\.0$/),
  ],
  'a CNI version that is missing': [
    '⟦{⟧ "type": "bridge" }',
    warning('cni-version', /is missing, which means 0\.1\.0/),
  ],
  'a CNI version too old for a chain': [
    '{ "cniVersion": ⟦"0.2.0"⟧, "name": "lan", "plugins": [{ "type": "bridge" }, { "type": "tuning" }] }',
    warning('cni-version', /handed the result of the one before it from CNI 0\.3\.0 on; this is 0\.2\.0$/),
  ],
  'a CNI version too old for disableGC': [
    '{ "cniVersion": "1.0.0", "name": "lan", "disableGC": ⟦true⟧, "plugins": [{ "type": "bridge" }] }',
    warning('cni-version', /disableGC: has an effect from CNI 1\.1\.0 on; this is 1\.0\.0$/),
  ],
  'JSON that is none': [
    '{ "cniVersion": "1.0.0", "type": "bridge" ⟦"⟧mtu" }',
    error('syntax', /spec\.config is not JSON: /),
  ],
  'a subnet with host bits': [
    ipam('"subnet": ⟦"10.1.0.5/16"⟧'),
    error('address', /host bits set; write 10\.1\.0\.0\/16$/),
  ],
  'a subnet without addresses': [ipam('"subnet": ⟦"10.1.0.0/31"⟧'), error('address', /no addresses to give out/)],
  'a subnet without length': [
    ipam('"subnet": ⟦"10.1.0.0"⟧'),
    error('address', /not an address with a prefix length; add it: 10\.1\.0\.0\/24$/),
  ],
  'a gateway outside its subnet': [
    ipam('"subnet": "10.1.0.0/16", "gateway": ⟦"10.2.0.1"⟧'),
    error('address', /"10\.2\.0\.1" is not in subnet 10\.1\.0\.0\/16$/),
  ],
  'a route to no destination': [
    ipam('"subnet": "10.1.0.0/16", "routes": [{ "dst": ⟦"default"⟧ }]'),
    error('address', /ipam\.routes\[0\]\.dst: "default" is not an address with a prefix length, such as/),
  ],
  'a gateway without addresses': [bridge('"isGateway": ⟦true⟧'), warning('default-route', /no effect without ipam/)],
  'two default routes in one network': [
    bridge(
      '"isDefaultGateway": true, "ipam": { "type": "host-local", "subnet": "10.1.0.0/16", "routes": [⟦{⟧ "dst": "0.0.0.0/0", "gw": "10.1.0.9" }] }',
    ),
    error('default-route', /sets a default route by 10\.1\.0\.9, and isDefaultGateway another; keep one$/),
  ],
  'a portmap that is told of no ports': [
    '{ "cniVersion": "1.0.0", "name": "lan", "plugins": [{ "type": "bridge" }, { "type": ⟦"portmap"⟧ }] }',
    warning('capability', /add "capabilities": \{"portMappings": true\}$/),
  ],
  'a plugin before the one it acts on': [
    '{ "cniVersion": "1.0.0", "name": "lan", "plugins": [{ "type": ⟦"tuning"⟧ }, { "type": "bridge" }] }',
    warning('chain', /tuning comes first, .* put it behind bridge$/),
  ],
  'Plexus itself': [
    '{ "cniVersion": "1.0.0", "type": ⟦"plexus"⟧ }',
    error('chain', /plugin plexus is Plexus itself; a network cannot be made of Plexus$/),
  ],
}

for (const [what, [config, expected]] of Object.entries(MISTAKES))
  test(`H2: in a definition, ${what} is found where it stands`, () =>
    assertFound(definitionText('lan', config), expected))

const METADATA: Readonly<Record<string, readonly [string, Expected]>> = {
  "a name that is none of Kubernetes'": [
    definitionText('⟦Lan_1⟧', bridge(IPAM)),
    error('metadata', /metadata\.name: "Lan_1" is not a DNS-1123 label/),
  ],
  'a chaining that is none': [
    definitionText('lan', bridge(IPAM), 'annotations:\n  plexus-cni.io/chaining: ⟦thread⟧'),
    error('metadata', /must be threaded or isolated, not "thread"$/),
  ],
  'an annotation that is misspelt': [
    definitionText('lan', bridge(IPAM), 'annotations:\n  ⟦k8s.v1.cni.cncf.io/resourcename⟧: a/b'),
    warning('metadata', /did you mean "k8s\.v1\.cni\.cncf\.io\/resourceName"\?$/),
  ],
  'tuning kept from the interface it is to change': [
    definitionText(
      'lan',
      '⟦{⟧ "cniVersion": "1.0.0", "type": "tuning" }',
      'annotations:\n  plexus-cni.io/chaining: isolated',
    ),
    warning('chain', /take the annotation away$/),
  ],
  'a configuration that is no text': [
    'kind: NetworkAttachmentDefinition\nmetadata:\n  name: lan\nspec:\n  ⟦config⟧:\n    type: bridge\n',
    error('metadata', /spec\.config: must be a string that holds JSON, not an object; write "config: \|"$/),
  ],
  'a key beside spec.config': [
    'kind: NetworkAttachmentDefinition\nmetadata:\n  name: lan\nspec:\n  ⟦Config⟧: "{}"\n',
    warning('unknown-key', /unknown key "Config"/),
  ],
  'YAML that is none': ['kind: Pod\nmetadata: { name: [⟦}⟧\n', error('syntax', /is not YAML: /)],
}

for (const [what, [text, expected]] of Object.entries(METADATA))
  test(`H2: ${what} is found where it stands`, () => assertFound(text, expected))

const OBJECT = (config: string) => `kind: NetworkAttachmentDefinition\nmetadata: { name: lan }\nspec:\n${config}\n`
const STYLES: Readonly<Record<string, readonly [string, string?]>> = {
  'a literal block': [
    OBJECT('  config: |\n      {\n        "cniVersion": "1.0.0",\n        "type": "bridge",\n        "mtu": ⟦"9"⟧ }'),
  ],
  'a literal block with an indentation of its own': [
    OBJECT('  config: |2-\n      { "cniVersion": "1.0.0",\n     "type": "bridge", "mtu": ⟦"9"⟧ }'),
  ],
  'a folded block': [
    OBJECT('  config: >-\n    { "cniVersion": "1.0.0",\n\n    "type": "bridge",\n      "mtu": ⟦"9"⟧ }'),
  ],
  'single quotes': [
    OBJECT(`  config: '{ "cniVersion": "1.0.0", "type": "bridge", "dns": { "domain": "it''s" }, "mtu": ⟦"9"⟧ }'`),
  ],
  'single quotes over two lines': [
    OBJECT(`  config: '{ "cniVersion": "1.0.0",\n    "type": "bridge", "mtu": ⟦"9"⟧ }'`),
  ],
  'double quotes': [
    OBJECT(
      '  config: "{\\n\\t\\"cniVersion\\": \\"1.0.0\\", \\x22type\\": \\"\\u0062ridge\\", \\"mtu\\": ⟦\\"9\\"⟧ }"',
    ),
  ],
  'a file of JSON': [
    JSON.stringify({
      kind: 'List',
      items: [
        {
          kind: 'NetworkAttachmentDefinition',
          metadata: { name: 'lan' },
          spec: { config: '{ "cniVersion": "1.0.0", "type": "bridge", "mtu": MARK }' },
        },
      ],
    }).replace('MARK', '⟦\\"9\\"⟧'),
    'list.json',
  ],
}

for (const [style, [text, file]] of Object.entries(STYLES))
  test(`H2: a place inside spec.config is one of the file, where it is written as ${style}`, () =>
    assertFound(text, error('shape', /mtu: must be a whole number$/), file))

test('H2: all mistakes are found at once, in the order of their places', async () => {
  const { validate } = await import('../../src/validate/index.ts')
  const text = definitionText('lan', bridge('"isGatway": true, "mtu": "x", "vlan": 5000')) + definitionText('wan', '{')
  const { findings, checked } = validate({ texts: [{ file: 'a.yaml', text }], namespace: 'default' })
  assert.is(checked, 2)
  assert.equal(
    findings.map(({ rule }) => rule),
    ['unknown-key', 'shape', 'shape', 'syntax'],
  )
})

test('H2: subnets that two definitions give out unknown to each other are found; a shared pool is none', () => {
  const lan = definitionText('lan', `{ "cniVersion": "1.0.0", "name": "pool", "type": "bridge", ${IPAM} }`)
  const other = (name: string, subnet: string) =>
    definitionText(
      'wan',
      `{ "cniVersion": "1.0.0", "name": "${name}", "type": "macvlan", "ipam": { "type": "host-local", "subnet": ${subnet} } }`,
    )
  assertFound(
    lan + other('wan', '⟦"10.1.128.0/17"⟧'),
    warning('subnet-overlap', /10\.1\.128\.0\/17 overlaps 10\.1\.0\.0\/16 of definition default\/lan/),
  )
  assertSound(lan + other('pool', '"10.1.0.0/16"'))
  assertSound(lan + other('wan', '"10.2.0.0/16"'))
})

test('H2: keys in another case, extensions and plugins that are not known are left alone', () => {
  assertSound(
    definitionText('lan', bridge('"isgateway": true, "example.com/key": 1, "ipam": { "type": "own", "x": 1 }')),
  )
  assertSound(definitionText('lan', '{ "cniVersion": "0.4.0", "type": "calico", "anything": { "goes": [] } }'))
  assertSound('kind: NetworkAttachmentDefinition\nmetadata:\n  name: on-disk\n')
  assertSound('kind: Service\nmetadata: {}\n')
})

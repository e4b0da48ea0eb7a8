import { NETWORKS_ANNOTATION } from '../../src/attach/pod.ts'
import { readSelections, selections } from '../../src/attach/selections.ts'
import { toJson } from '../../src/cni/index.ts'
import { assert, test } from '../harness.ts'
import { fc } from '../property.ts'
import { anyJson, jsonObject } from './json-values.ts'
import { isAnswered, refusal } from './refusal.ts'

const PREFIX = '111 annotation k8s.v1.cni.cncf.io/networks: '
const of = (annotation: string) => selections(annotation, 'pods', NETWORKS_ANNOTATION)
const element = (keys: object) => JSON.stringify([{ name: 'blue', ...keys }])

test('C1: the JSON form names its networks in order, in the pod’s namespace unless they name another', () => {
  assert.equal(of('[{"name":"blue"},{"name":"red","namespace":"other"},{"name":"blue"}]'), [
    { namespace: 'pods', name: 'blue' },
    { namespace: 'other', name: 'red' },
    { namespace: 'pods', name: 'blue' },
  ])
  assert.equal(of(' [ ] '), [])
})

test('C2: every key of the standard is read, spelled as it was written', () => {
  const selected = of(
    element({
      namespace: 'other',
      interface: 'eth7',
      ips: ['10.1.2.3', '2001:DB8::1/64'],
      mac: '02-00-00-00-00-AA',
      'infiniband-guid': '02:00:00:00:00:00:00:aa',
      'cni-args': { color: 'blue', none: null },
      portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'udp', hostIP: '192.0.2.1' }],
      bandwidth: { ingressRate: 1_000_000, ingressBurst: 2_000_000 },
      'default-route': ['10.1.2.254', '2001:DB8::FE'],
      deviceID: '0000:03:02.3',
    }),
  )
  assert.equal(selected, [
    {
      namespace: 'other',
      name: 'blue',
      interface: 'eth7',
      ips: ['10.1.2.3', '2001:DB8::1/64'],
      mac: '02-00-00-00-00-AA',
      infinibandGuid: '02:00:00:00:00:00:00:aa',
      cniArgs: { color: 'blue', none: null },
      portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'udp', hostIP: '192.0.2.1' }],
      bandwidth: { ingressRate: 1_000_000, ingressBurst: 2_000_000 },
      defaultRoute: ['10.1.2.254', '2001:DB8::FE'],
      deviceID: '0000:03:02.3',
    },
  ])
})

for (const [title, keys, expected] of [
  ['the deprecated interfaceRequest stands for interface', { interfaceRequest: 'old0' }, { interface: 'old0' }],
  ['interface goes before interfaceRequest', { interface: 'new0', interfaceRequest: 'old0' }, { interface: 'new0' }],
  ['null and an empty text are the same as nothing', { namespace: '', mac: null, interface: '', ips: null }, {}],
  ['keys with a dot are someone’s extension', { 'example.com/color': 1, 'v1.example': {} }, {}],
  ['an IPAM claim is kept', { 'ipam-claim-reference': 'claim' }, { ipamClaimReference: 'claim' }],
  ['an empty default-route is one', { 'default-route': [] }, { defaultRoute: [] }],
  ['no port mappings and no bandwidth ask for nothing', { portMappings: [], bandwidth: {} }, {}],
  ['a MAC address may have dots', { mac: '0200.0000.00aa' }, { mac: '0200.0000.00aa' }],
  [
    'a port mapping is TCP unless it says otherwise',
    { portMappings: [{ hostPort: 1, containerPort: 65_535, protocol: '' }] },
    { portMappings: [{ hostPort: 1, containerPort: 65_535, protocol: 'TCP' }] },
  ],
  [
    'a rate without a burst gets a second’s worth',
    { bandwidth: { egressRate: 1_000_000 } },
    { bandwidth: { egressBurst: 1_000_000, egressRate: 1_000_000 } },
  ],
  [
    'a small rate’s burst still lets the largest packet through',
    { bandwidth: { ingressRate: 8_000 } },
    { bandwidth: { ingressBurst: 524_288, ingressRate: 8_000 } },
  ],
  [
    'a large rate’s burst stays within 32 bits',
    { bandwidth: { ingressRate: 100_000_000_000 } },
    { bandwidth: { ingressBurst: 4_294_967_295, ingressRate: 100_000_000_000 } },
  ],
] as const) {
  test(`C2: ${title}`, () => {
    assert.equal(of(element(keys)), [{ namespace: 'pods', name: 'blue', ...expected }])
  })
}

test('C2: numbers in cni-args keep every digit', () => {
  const [selected] = of('[{"name":"blue","cni-args":{"id":12345678901234567890}}]')
  assert.is(toJson(selected?.cniArgs ?? null), '{"id":12345678901234567890}')
})

const LABEL = 'is not a DNS-1123 label: at most 63 of a-z, 0-9 and "-", with a letter or digit at both ends'

for (const [annotation, said] of [
  ['{"name":"blue"}', 'must be a list of network selection elements; it is an object'],
  ['"blue"', 'must be a list of network selection elements; it is a string'],
  ['[["blue"]]', '[0]: must be an object; it is a list'],
  ['[{"name":"blue"},"red"]', '[1]: must be an object; it is a string'],
  ['[12345678901234567890]', '[0]: must be an object; it is a number'],
  ['[{}]', '[0].name: is missing'],
  ['[{"name":""}]', '[0].name: is missing'],
] as const) {
  test(`C1: the annotation ${annotation} is refused`, () => {
    assert.is(
      refusal(() => of(annotation)),
      PREFIX + said,
    )
  })
}

test('C1: an annotation that is not JSON is refused with line and column', () => {
  assert.match(
    refusal(() => of('[\n {"name": "blue",}\n]')),
    /^111 annotation k8s\.v1\.cni\.cncf\.io\/networks: it is not JSON: .*\(line 2, column \d+\)$/,
  )
})

for (const [keys, said] of [
  [{ name: 'Blue' }, `name: "Blue" ${LABEL}`],
  [{ name: 'ns/blue' }, `name: "ns/blue" ${LABEL}`],
  [{ name: 7 }, 'name: must be a string'],
  [{ namespace: 'a.b' }, `namespace: "a.b" ${LABEL}`],
  [{ interface: 'a/b' }, 'interface: "a/b" contains / or : or white space'],
  [{ interfaceRequest: '..' }, 'interfaceRequest: ".." is . or ..'],
  [{ ips: [] }, 'ips: must not be empty'],
  [{ ips: '10.0.0.1' }, 'ips: must be a list'],
  [
    { ips: ['10.0.0.1', '10.0.0.300'] },
    'ips[1]: "10.0.0.300" is neither an IP address nor an address with a prefix length',
  ],
  [{ ips: ['10.0.0.1/33'] }, 'ips[0]: "10.0.0.1/33" is neither an IP address nor an address with a prefix length'],
  [{ mac: '02:00:00:00:00' }, 'mac: "02:00:00:00:00" is not a MAC address of 6 bytes'],
  [{ mac: '02:00-00:00:00:aa' }, 'mac: "02:00-00:00:00:aa" is not a MAC address of 6 bytes'],
  [{ mac: '02:00:00:00:00:00:00:aa' }, 'mac: "02:00:00:00:00:00:00:aa" is not a MAC address of 6 bytes'],
  [{ 'infiniband-guid': '02:00:00:00:00:aa' }, 'infiniband-guid: "02:00:00:00:00:aa" is not a GUID of 8 bytes'],
  [{ 'cni-args': ['x'] }, 'cni-args: must be an object'],
  [{ portMappings: [{ containerPort: 80 }] }, 'portMappings[0].hostPort: is missing'],
  [{ portMappings: [{ hostPort: 0, containerPort: 80 }] }, 'portMappings[0].hostPort: must be >= 1'],
  [{ portMappings: [{ hostPort: 1, containerPort: 65_536 }] }, 'portMappings[0].containerPort: must be <= 65535'],
  [
    { portMappings: [{ hostPort: 1, containerPort: 1, protocol: 'icmp' }] },
    'portMappings[0].protocol: "icmp" is none of TCP, UDP, SCTP',
  ],
  [
    { portMappings: [{ hostPort: 1, containerPort: 1, hostIP: 'here' }] },
    'portMappings[0].hostIP: "here" is not an IP address',
  ],
  [
    { portMappings: [{ hostport: 1, hostPort: 1, containerPort: 1 }] },
    'portMappings[0]: unknown key "hostport"; did you mean "hostPort"?',
  ],
  [{ bandwidth: { ingressRate: 0, ingressBurst: 1 } }, 'bandwidth.ingressRate: must be >= 1'],
  [{ bandwidth: { egressRate: 1.5 } }, 'bandwidth.egressRate: must be a whole number'],
  [{ bandwidth: { egressBurst: 5 } }, 'bandwidth.egressBurst: has no effect without egressRate; add it'],
  [{ bandwidth: { ingresRate: 5 } }, 'bandwidth: unknown key "ingresRate"; did you mean "ingressRate"?'],
  [{ 'default-route': '10.0.0.1' }, 'default-route: must be a list'],
  [{ 'default-route': ['10.0.0.0/8'] }, 'default-route[0]: "10.0.0.0/8" is not an IP address'],
  [
    { 'default-route': ['10.0.0.1', '2001:db8::1', '10.0.0.2'] },
    'default-route[2]: "10.0.0.2" is a second IPv4 gateway; one of a family is allowed',
  ],
  [
    { ips: ['10.0.0.1'], 'ipam-claim-reference': 'claim' },
    'ipam-claim-reference: cannot be combined with ips: the claim says which addresses they are',
  ],
] as const) {
  test(`C2: an element with ${JSON.stringify(keys)} is refused`, () => {
    assert.is(
      refusal(() => of(element(keys))),
      `${PREFIX}[0]${said.startsWith('unknown') ? ': ' : '.'}${said}`,
    )
  })
}

for (const [key, hint] of [
  ['nmae', '; did you mean "name"?'],
  ['IPs', '; did you mean "ips"?'],
  ['ip', '; did you mean "ips"?'],
  ['portMapping', '; did you mean "portMappings"?'],
  ['defaultRoute', '; did you mean "default-route"?'],
  ['infinibandGUID', '; did you mean "infiniband-guid"?'],
  ['toString', ''],
  ['vlan', ''],
] as const) {
  test(`C2: the unknown key ${key} is refused${hint}`, () => {
    assert.is(
      refusal(() => of(element({ [key]: 1 }))),
      `${PREFIX}[0]: unknown key "${key}"${hint}`,
    )
  })
}

test('C2: everything wrong with an annotation is found at once, each with its path', () => {
  const reading = readSelections('[{"name":"A","mac":"x"},{"name":"b"},{"nmae":"c","ips":[]}]', 'pods')
  assert.equal(reading.kind === 'invalid' && reading.problems.map(({ path }) => path), [
    '[0].name',
    '[0].mac',
    '[2]',
    '[2].name',
    '[2].ips',
  ])
})

test('A7: an annotation nested without end is refused', () => {
  const nested = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`
  const text = refusal(() => of(`[{"name":"blue","cni-args":${nested}}]`))
  assert.is(text, `${PREFIX}it is nested too deeply: more than 200 levels`)
})

const ELEMENT_KEYS = ['name', 'namespace', 'interface', 'ips', 'mac', 'cni-args', 'portMappings', 'bandwidth']

test('A7: whatever an annotation holds, it is read or refused', () => {
  const elements = fc.array(fc.oneof(anyJson, jsonObject(anyJson, [...ELEMENT_KEYS, 'default-route'])))
  const annotations = fc.oneof(
    elements.map(toJson),
    anyJson.map(toJson),
    fc.string(),
    fc.string().map((text) => `[${text}`),
  )
  fc.assert(fc.property(annotations, (annotation) => isAnswered(() => of(annotation))))
})

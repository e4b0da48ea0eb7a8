import { test } from '../harness.ts'
import { assertFound, assertSound, definitionText, type Expected, podText } from './marked.ts'

const DEFINITIONS = [
  definitionText(
    'lan',
    '{ "cniVersion": "1.0.0", "type": "bridge", "capabilities": { "ips": true }, "ipam": { "type": "host-local", "subnet": "10.1.0.0/16" } }',
  ),
  definitionText('plain', '{ "cniVersion": "1.0.0", "type": "macvlan" }'),
  definitionText(
    'uplink',
    '{ "cniVersion": "1.0.0", "type": "bridge", "isDefaultGateway": true, "ipam": { "type": "host-local", "subnet": "10.2.0.0/16" } }',
  ),
  definitionText('far', '{ "cniVersion": "1.0.0", "type": "bridge" }', 'namespace: infra'),
].join('')

const error = (rule: string, message: RegExp): Expected => ({ severity: 'error', rule, message })
const warning = (rule: string, message: RegExp): Expected => ({ severity: 'warning', rule, message })

const MISTAKES: Readonly<Record<string, readonly [string, Expected]>> = {
  'a key that is misspelt': [
    '[{ "name": "lan", ⟦"interfce"⟧: "a" }]',
    error(
      'annotation',
      /annotation k8s\.v1\.cni\.cncf\.io\/networks: \[0\]: unknown key "interfce"; did you mean "interface"\?$/,
    ),
  ],
  'a value that is none': [
    '[\n  { "name": "lan" },\n  { "name": "plain", "mac": ⟦"02:00"⟧ }\n]',
    error('annotation', /\[1\]\.mac: "02:00" is not a MAC address of 6 bytes$/),
  ],
  'an item of the comma form': [
    'lan, ⟦plain@a:b⟧, far',
    error('annotation', /item 2: interface name "a:b" contains \/ or : or white space$/),
  ],
  'a capability that no plugin declares': [
    '[{ "name": "plain", ⟦"mac"⟧: "02:00:00:00:00:01" }]',
    error(
      'capability',
      /^network default\/plain \(net1\): "mac" is asked for, .*add "capabilities": \{"mac": true\} to macvlan$/,
    ),
  ],
  'a definition of another namespace': [
    'lan,⟦far⟧',
    error(
      'not-found',
      /^cannot find network-attachment-definition "far" in namespace "default"; one of that name is in namespace infra$/,
    ),
  ],
  'a definition that is nowhere': [
    '[{ ⟦"name"⟧: "nowhere" }]',
    warning('not-found', /definition default\/nowhere is not among what is validated/),
  ],
  'an address outside the subnet': [
    '[{ "name": "lan", ⟦"ips"⟧: ["10.9.0.1/16"] }]',
    error('address', /"10\.9\.0\.1\/16" is in none of the network's subnets: 10\.1\.0\.0\/16$/),
  ],
  'a gateway outside the subnet': [
    '[{ "name": "lan", ⟦"default-route"⟧: ["10.9.0.1"] }]',
    error('address', /"10\.9\.0\.1" is in none of the network's subnets/),
  ],
  'a second default route': [
    '⟦uplink⟧',
    warning('default-route', /network default\/uplink makes a default route beside the default network's/),
  ],
}

for (const [what, [networks, expected]] of Object.entries(MISTAKES))
  test(`H2: in a pod's annotation, ${what} is found where it stands`, () =>
    assertFound(DEFINITIONS + podText(networks), expected))

test('H2: an interface name asked for twice is found over all the networks of a pod', () => {
  const pod = podText('x').replace(/\|\n.*\n/, '⟦"lan@net2, plain"⟧\n')
  assertFound(
    DEFINITIONS + pod,
    error('plan', /gets interface net2 by its position, which is taken by network default\/lan/),
  )
})

test("H2: a workload's template is checked, and an annotation beside it is said to have no effect", () => {
  const text = (annotations: string, template: string) =>
    `kind: Deployment\nmetadata:\n  name: web\n  namespace: infra\n${annotations}spec:\n  template:\n    metadata:\n${template}`
  const key = 'k8s.v1.cni.cncf.io/networks'
  assertSound(DEFINITIONS + text('', `      annotations:\n        ${key}: far\n`))
  assertFound(
    DEFINITIONS + text('', `      annotations:\n        ${key}: ⟦lan⟧\n`),
    error('not-found', /in namespace "infra"; one of that name is in namespace default$/),
  )
  assertFound(
    DEFINITIONS + text(`  annotations:\n    ⟦${key}⟧: far\n`, '      labels: {}\n'),
    warning('annotation', /has no effect here; move it to the metadata of the pod template$/),
  )
})

test('H2: an annotation whose key is misspelt is found', () => {
  assertFound(
    podText('lan', '⟦k8s.v1.cni.cncf.io/network⟧'),
    warning('annotation', /did you mean "k8s\.v1\.cni\.cncf\.io\/networks"\?$/),
  )
})

test('H2, C10: namespace isolation of a node configuration that is given is kept to', () => {
  const node =
    'name: plexus\ntype: plexus\nnamespaceIsolation: true\ndelegates: [{ name: base, type: bridge, cniVersion: 1.0.0 }]\n---\n'
  assertFound(
    DEFINITIONS + node + podText('⟦infra/far⟧'),
    error(
      'not-permitted',
      /namespace isolation enabled: pod is in namespace default but refers to target namespace infra/,
    ),
  )
})

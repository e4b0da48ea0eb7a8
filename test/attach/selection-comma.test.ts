import { NETWORKS_ANNOTATION } from '../../src/attach/pod.ts'
import { readSelections, selections } from '../../src/attach/selections.ts'
import { assert, test } from '../harness.ts'
import { refusal } from './refusal.ts'

const of = (annotation: string) => selections(annotation, 'pods', NETWORKS_ANNOTATION)

const net = (namespace: string, name: string, asked?: string) =>
  asked === undefined ? { namespace, name } : { namespace, name, interface: asked }

for (const [annotation, expected] of [
  ['', []],
  [' \n\t', []],
  ['blue', [net('pods', 'blue')]],
  ['other/blue', [net('other', 'blue')]],
  ['blue@eth7', [net('pods', 'blue', 'eth7')]],
  ['other/blue@eth7', [net('other', 'blue', 'eth7')]],
  ['blue,other/red,blue', [net('pods', 'blue'), net('other', 'red'), net('pods', 'blue')]],
  ['  other / blue @ eth7 ,\n\tred ', [net('other', 'blue', 'eth7'), net('pods', 'red')]],
  ['5', [net('pods', '5')]],
] as const) {
  test(`C1: the comma form ${JSON.stringify(annotation)} names its networks`, () => {
    assert.equal(of(annotation), expected)
  })
}

const LABEL = 'is not a DNS-1123 label: at most 63 of a-z, 0-9 and "-", with a letter or digit at both ends'

for (const [annotation, said] of [
  ['blue,', 'item 2: is empty; is there a comma too many?'],
  ['blue, ,red', 'item 2: is empty; is there a comma too many?'],
  ['Blue', `item 1: name "Blue" ${LABEL}`],
  ['blue,re_d', `item 2: name "re_d" ${LABEL}`],
  ['a.b', `item 1: name "a.b" ${LABEL}`],
  [`${'a'.repeat(64)}`, `item 1: name "${'a'.repeat(64)}" ${LABEL}`],
  ['/blue', `item 1: namespace "" ${LABEL}`],
  ['-x/blue', `item 1: namespace "-x" ${LABEL}`],
  ['a/b/c', 'item 1: "a/b/c" is not [namespace/]name[@interface]'],
  ['a@b@c', 'item 1: "a@b@c" is not [namespace/]name[@interface]'],
  ['a@b/c', 'item 1: "a@b/c" is not [namespace/]name[@interface]'],
  ['blue@', 'item 1: interface name "" is empty'],
  ['blue@sixteen-letters-', 'item 1: interface name "sixteen-letters-" is too long: 16 bytes, at most 15 are allowed'],
  ['blue@a b', 'item 1: interface name "a b" contains / or : or white space'],
] as const) {
  test(`C1: the comma form ${JSON.stringify(annotation)} is refused`, () => {
    assert.is(
      refusal(() => of(annotation)),
      `111 annotation k8s.v1.cni.cncf.io/networks: ${said}`,
    )
  })
}

test('C1: everything wrong with a comma form is found at once', () => {
  const reading = readSelections('Blue@, ,red', 'pods')
  assert.equal(reading.kind === 'invalid' && reading.problems.map(({ path }) => path), ['item 1', 'item 1', 'item 2'])
})

import { containerId, interfaceName, interfaceNameFault, networkNameFault } from '../../src/cni/index.ts'
import { refusal } from '../attach/refusal.ts'
import { assert, test } from '../harness.ts'

const NAMES = ['a', '0', 'A-b_c.d', 'x'.repeat(300), 'a..', 'constructor']
const NO_NAMES = ['-a', '.a', '_a', 'a/b', 'a b', 'a\n', 'ä', 'a:b', '../x', 'a\u0000']

for (const text of NAMES)
  test(`A3: ${text.slice(0, 20)} is a container id and a network name`, () => {
    assert.is(containerId(text), text)
    assert.is(networkNameFault(text), undefined)
  })

for (const text of NO_NAMES)
  test(`A3: ${JSON.stringify(text)} is neither a container id nor a network name`, () => {
    assert.is(
      refusal(() => containerId(text)),
      `4 CNI_CONTAINERID: invalid characters in container id ${JSON.stringify(text)}; ` +
        'it must match ^[a-zA-Z0-9][a-zA-Z0-9_.-]*$',
    )
    assert.match(networkNameFault(text) ?? '', /^has characters that are not allowed/)
  })

test('A3: an empty network name says so', () => {
  assert.is(networkNameFault(''), 'is empty')
})

for (const text of ['eth0', 'a', '...', 'a'.repeat(15), 'é'.repeat(7), '\ufeff', 'eth0@if3', '-'])
  test(`A3: ${JSON.stringify(text)} is an interface name`, () => {
    assert.is(interfaceName(text, 'CNI_IFNAME'), text)
  })

for (const [text, fault] of [
  ['', 'is empty'],
  ['.', 'is . or ..'],
  ['..', 'is . or ..'],
  ['a'.repeat(16), 'is too long: 16 bytes, at most 15 are allowed'],
  ['é'.repeat(8), 'is too long: 16 bytes, at most 15 are allowed'],
  ['a/b', 'contains / or : or white space'],
  ['a:b', 'contains / or : or white space'],
  ['a b', 'contains / or : or white space'],
  ['a\n', 'contains / or : or white space'],
  ['a\u0085', 'contains / or : or white space'],
  ['a\u00a0', 'contains / or : or white space'],
  ['a\u3000', 'contains / or : or white space'],
  ['a\u0000', 'contains / or : or white space'],
] as const)
  test(`A3: ${JSON.stringify(text)} is no interface name`, () => {
    assert.is(interfaceNameFault(text), fault)
    assert.is(
      refusal(() => interfaceName(text, 'CNI_IFNAME')),
      `4 CNI_IFNAME: interface name ${JSON.stringify(text).replace('\u0085', '\\u0085')} ${fault}`,
    )
  })

import { nearestKey } from '../../src/attach/nearest-key.ts'
import { assert, test } from '../harness.ts'

const KNOWN = ['name', 'ips', 'mac', 'clusterNetwork', 'defaultNetworks', 'infiniband-guid']

for (const [key, expected] of [
  ['nmae', 'name'],
  ['NAME', 'name'],
  ['naame', 'name'],
  ['ip', 'ips'],
  ['clusterNetwrok', 'clusterNetwork'],
  ['ClusterNet', 'clusterNetwork'],
  ['defaultNetwork', 'defaultNetworks'],
  ['infinibandGuid', 'infiniband-guid'],
  ['mtu', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
] as const) {
  test(`D3: the key nearest to ${key.slice(0, 20) || 'nothing'} is ${expected ?? 'none'}`, () => {
    assert.is(nearestKey(key, KNOWN), expected)
  })
}

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, test } from '../harness.ts'
import { addresses, createNetns, deleteNetns, ip, leftovers, links, routes, runIn, withNetns } from './namespaces.ts'

test('harness: a test of this room has a network of its own', () => {
  assert.equal(
    links().map(({ name, up }) => ({ name, up })),
    [{ name: 'lo', up: true }],
  )
  assert.equal(leftovers(), { links: ['lo'], namespaces: [], leases: [], rules: '', files: [] })
})

test('harness: interfaces, addresses and routes of a namespace are listed', () =>
  withNetns((netns) => {
    ip(['link', 'add', 'net1', 'mtu', '1400', 'type', 'veth', 'peer', 'name', 'net2'], netns)
    ip(['address', 'add', '10.1.2.3/24', 'dev', 'net1'], netns)
    ip(['address', 'add', 'fd00::3/64', 'dev', 'net1', 'nodad'], netns)
    ip(['link', 'set', 'net1', 'up'], netns)
    ip(['link', 'set', 'net2', 'up'], netns)
    ip(['route', 'add', 'default', 'via', '10.1.2.1'], netns)
    const link = links(netns).find(({ name }) => name === 'net1')
    assert.equal([link?.kind, link?.mtu, link?.up], ['veth', 1400, true])
    assert.equal(addresses('net1', netns), ['10.1.2.3/24', 'fd00::3/64'])
    assert.equal(routes(4, netns), [
      { destination: 'default', gateway: '10.1.2.1', device: 'net1' },
      { destination: '10.1.2.0/24', gateway: undefined, device: 'net1' },
    ])
    assert.equal(routes(6, netns), [{ destination: 'fd00::/64', gateway: undefined, device: 'net1' }])
    assert.match(runIn(netns, 'cat', ['/proc/net/dev']), /net1:/)
  }))

test('harness: what is left behind shows in the leftovers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plexus-leftovers-'))
  const netns = createNetns()
  mkdirSync('/var/lib/cni/networks/blue', { recursive: true })
  for (const name of ['lock', 'last_reserved_ip.0', '10.1.2.3']) writeFileSync(`/var/lib/cni/networks/blue/${name}`, '')
  writeFileSync(join(folder, 'journal.json'), '{}')
  execFileSync('nft', ['add', 'table', 'inet', 'left'])
  const { namespaces, leases, rules, files } = leftovers([folder])
  assert.equal(
    { namespaces, leases, files },
    {
      namespaces: [netns.name],
      leases: ['blue/10.1.2.3'],
      files: [join(folder, 'journal.json')],
    },
  )
  assert.match(rules, /table inet left/)
  rmSync(folder, { recursive: true })
  deleteNetns(netns)
  deleteNetns(netns)
  assert.equal(leftovers().namespaces, [])
})

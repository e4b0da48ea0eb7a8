import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { leftovers, links } from '../node/namespaces.ts'
import { failCallAt, type Step, watchCall } from './kill-steps.ts'
import { bridge, definition, pod, recorder, type TestNode, withNode } from './plexus.ts'

const PAGE = 4096
// A journal of more than a page, so that it is now this write of ADD and now that one that no longer fits.
const PADDED = recorder('padded', { padding: 'x'.repeat(PAGE - 600) })

/** A node whose journal is on a disk of its own, of a given size or with given options. */
async function onDisk(options: string, use: (node: TestNode) => Promise<void>): Promise<void> {
  const base = { cniVersion: '1.0.0', name: 'base', plugins: [{ type: 'recorder' }, bridge(40)] }
  await withNode({ delegates: [base] }, async (node) => {
    const disk = `${node.folder}/state`
    execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=755,${options}`, 'tmpfs', disk])
    try {
      node.apply(definition('padded', PADDED), definition('net-b', bridge(41)), pod('web', 'padded,net-b'))
      await use(node)
    } finally {
      execFileSync('umount', [disk])
    }
  })
}

function remount(node: TestNode, mode: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${mode}`, `${node.folder}/state`])
}

function assertNothingIsAttached(node: TestNode, when: string): void {
  const { leases, links: host } = leftovers()
  assert.equal(leases, [], when)
  assert.equal(
    [...links(node.netns).map(({ name }) => name), ...host.filter((name) => /^veth/.test(name))],
    ['lo'],
    when,
  )
}

function writes(steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ syscall, where }) =>
    syscall === 'write' ? !where.includes('printed') : /^(mkdir|symlink|rename|unlink)$/.test(syscall),
  )
}

test(
  'F2, F1: where the disk is full, ADD fails with one error that says so, whichever write it is, and nothing is left',
  async () => {
    const runs = new Set<number>()
    let pages = 0
    for (let status: number | null = 1; status !== 0; pages += 1)
      await onDisk(`size=${64 * PAGE}`, async (node) => {
        writeFileSync(`${node.folder}/state/filler`, Buffer.alloc((64 - pages) * PAGE))
        const added = await node.call('ADD')
        status = added.status
        if (status === 0) return
        assert.is(added.json.code, 5, added.stdout)
        assert.match(
          added.json.msg ?? '',
          /^(network .*: journal: cannot write .*c0ffee\.json|.*c0ffee\.lock: cannot lock): no space left on device$/,
        )
        assert.equal(node.state(), ['filler'])
        assertNothingIsAttached(node, `${pages} pages were free`)
        runs.add(node.recorded().length)
      })
    assert.ok(runs.has(0) && runs.size > 1, `ADD failed after ${[...runs]} runs of a plugin`)
  },
  { timeoutMs: 60_000 },
)

test('F1, A6: on a disk that is full or has no inode left, DEL deletes everything', async () => {
  await onDisk(`size=${64 * PAGE}`, async (node) => {
    assert.is((await node.call('ADD')).status, 0)
    assert.throws(() => writeFileSync(`${node.folder}/state/filler`, Buffer.alloc(64 * PAGE)), /ENOSPC/)
    const { status, stdout } = await node.call('DEL')
    assert.is(status, 0, stdout)
    assert.equal(node.state(), ['filler'])
    assertNothingIsAttached(node, 'full')
  })
  await onDisk('nr_inodes=32', async (node) => {
    assert.is((await node.call('ADD')).status, 0)
    let made = 0
    assert.throws(() => {
      for (; made < 32; made += 1) writeFileSync(`${node.folder}/state/filler-${made}`, '')
    }, /ENOSPC/)
    const { status, stdout, stderr } = await node.call('DEL', { config: { logToStderr: true } })
    assert.is(status, 0, stdout)
    assert.match(stderr, /deleted without a lock.*cannot lock: no space left on device/)
    assert.equal(
      node.state().filter((name) => !name.startsWith('filler')),
      [],
    )
    assertNothingIsAttached(node, 'no inode')
  })
})

test('F2, A6: on a disk that is read-only, ADD makes nothing, and DEL deletes what it can and says what it cannot write', async () => {
  await onDisk(`size=${64 * PAGE}`, async (node) => {
    assert.is((await node.call('ADD')).status, 0)
    remount(node, 'ro')
    for (const when of ['once', 'again']) {
      const { status, json } = await node.call('DEL')
      assert.is(status, 1)
      assert.is(json.code, 5)
      assert.match(json.msg ?? '', /^journal: cannot remove .*c0ffee\.json: read-only file system$/)
      assertNothingIsAttached(node, when)
    }
    assert.is((await node.call('DEL', { containerId: 'unknown' })).status, 0)
    const added = await node.call('ADD', { containerId: 'another' })
    assert.is(added.json.code, 5)
    assert.match(added.json.msg ?? '', /another\.lock: cannot lock: read-only file system$/)
    assertNothingIsAttached(node, 'ADD')
    remount(node, 'rw')
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(node.state(), [])
  })
})

for (const errno of ['ENOSPC', 'EROFS', 'EIO'])
  test(
    `F2, A6: with ${errno} at any one write, ADD fails and leaves nothing or succeeds, and the next DEL leaves nothing`,
    async () => {
      await withNode({ delegates: [bridge(40)] }, async (node) => {
        node.apply(definition('net-b', bridge(41)), pod('web', 'net-b'))
        for (const verb of ['ADD', 'DEL']) {
          const begin = async (): Promise<void> => {
            rmSync(`${node.folder}/state/plexus`, { recursive: true, force: true })
            if (verb === 'DEL') assert.is((await node.call('ADD')).status, 0)
          }
          await begin()
          const { steps } = await watchCall(node, verb)
          await node.call('DEL')
          for (const step of writes(steps)) {
            await begin()
            const { status, json } = await failCallAt(node, verb, step, errno)
            const when = `${verb}, ${step.where}`
            if (status !== 0) assert.is(json.code, 5, `${when}: ${json.msg}`)
            if (verb === 'DEL' || status !== 0) assertNothingIsAttached(node, when)
            assert.is((await node.call('DEL')).status, 0, when)
            assertNothingIsAttached(node, when)
            assert.equal(node.state(), [], when)
          }
        }
      })
    },
    { timeoutMs: 120_000 },
  )

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { leftovers } from '../node/namespaces.ts'
import { attachByMultus, delegate, inSandbox, recordedRuns } from './multus.ts'
import { bridge, recorder, withNode } from './plexus.ts'

test(
  'F6, F3: a DEL of what Multus attached that is killed is made up for by the next one',
  async () => {
    await withNode({ delegates: [recorder('other')] }, async (node) => {
      attachByMultus(node, [delegate(bridge(64)), delegate(recorder('slow', { pause: 'DEL' })), delegate(bridge(65))])
      const { pid, ended } = node.start('DEL')
      while (node.recorded().length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
      process.kill(pid, 'SIGKILL')
      await ended
      writeFileSync(`${node.folder}/records/go`, '')
      assert.is((await node.call('DEL')).status, 0)
      assert.equal(recordedRuns(node).slice(1), ['DEL slow net1', 'DEL slow net1'])
      assert.equal(leftovers().leases, [])
      assert.equal(inSandbox(node), ['lo'])
      assert.equal(node.state(), [])
    })
  },
  { timeoutMs: 30_000 },
)

test(
  'F6, F3: a truncated, empty or foreign scratch file is set aside, and the cache says what was attached',
  async () => {
    const texts = [
      '',
      '[{"Conf":{"cniVersion":"1.0.0","na',
      '\u0000\u0000',
      '[]',
      'null',
      '{}',
      '[1]',
      '[{"Bytes":"e30="}]',
      '[{"Bytes":"%%"}]',
    ]
    for (const text of texts) {
      await withNode({ delegates: [recorder('other')] }, async (node) => {
        attachByMultus(node, [delegate(bridge(64)), delegate(recorder('own')), delegate(bridge(65))])
        writeFileSync(`${node.folder}/state/c0ffee`, text)
        const { status, stdout, stderr } = await node.call('DEL')
        assert.is(status, 0, stdout)
        assert.match(stderr, /"msg":"Multus' scratch file cannot be used; it is set aside/)
        assert.equal(inSandbox(node), ['lo'])
        assert.equal(leftovers().leases, [])
        assert.equal(recordedRuns(node).slice(1), ['DEL own net1'])
        assert.match(node.state().join(), /^c0ffee\.corrupt-\d+$/)
        const [aside = ''] = readdirSync(`${node.folder}/state/plexus/multus`)
        assert.is(readFileSync(`${node.folder}/state/plexus/multus/${aside}`, 'utf8'), text)
      })
    }
  },
  { timeoutMs: 60_000 },
)

test('F6, F3: where the cache is lost as well, what was attached is planned again', async () => {
  await withNode({ delegates: [bridge(66)] }, async (node) => {
    attachByMultus(node, [delegate(bridge(66))])
    for (const name of ['c0ffee', 'results/bridge66-c0ffee-eth0']) writeFileSync(`${node.folder}/state/${name}`, '')
    const { status, stdout, stderr } = await node.call('DEL')
    assert.is(status, 0, stdout)
    assert.match(stderr, /a file of libcni's cache cannot be read; it is set aside/)
    assert.equal(leftovers().leases, [])
    assert.equal(inSandbox(node), ['lo'])
    assert.is(node.state().length, 2)
    assert.is(node.state().filter((name) => /\.corrupt-\d+$/.test(name)).length, 2)
  })
})

test('F6: what is no plain file, or too long for one, is not read; a folder is not taken for a scratch file', async () => {
  const secret = JSON.stringify([delegate(recorder('secret'))])
  const plant: readonly ((path: string) => void)[] = [
    (path) => symlinkSync('../secret', path),
    (path) => execFileSync('mkfifo', [path]),
    (path) => {
      writeFileSync(path, secret)
      truncateSync(path, 17 * 1024 * 1024)
    },
  ]
  for (const make of plant) {
    await withNode({ delegates: [recorder('base')] }, async (node) => {
      writeFileSync(`${node.folder}/secret`, secret)
      make(`${node.folder}/state/c0ffee`)
      const { status, stderr } = await node.call('DEL')
      assert.is(status, 0)
      assert.match(stderr, /c0ffee: is (a link, which is not followed|no plain file|\d+ bytes long)/)
      assert.equal(recordedRuns(node), ['DEL base eth0'], 'what the node’s configuration says')
      assert.match(node.state().join(), /^c0ffee\.corrupt-\d+$/)
      assert.is(readFileSync(`${node.folder}/secret`, 'utf8'), secret)
    })
  }
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    attachByMultus(node, [delegate(recorder('base'))])
    for (const containerId of ['results', 'plexus']) {
      const { status, stderr } = await node.call('DEL', { containerId })
      assert.is(status, 0)
      assert.is(stderr, '')
    }
    assert.equal(recordedRuns(node), ['ADD base eth0'])
  })
})

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { CniError } from '../../src/cni/index.ts'
import { parseRecord } from '../../src/engine/index.ts'
import { assert, test } from '../harness.ts'
import { addresses, leftovers, links } from '../node/namespaces.ts'
import { bridge, CONTAINER, definition, pod, recorder, type TestNode, withNode } from './plexus.ts'

/** What can have become of a journal file, given the text it had. */
const DAMAGES: Readonly<Record<string, (text: string) => string>> = {
  'is empty': () => '',
  'is zeros': (text) => '\0'.repeat(text.length),
  'is cut off in its first bytes': (text) => text.slice(0, 9),
  'is cut off in the middle': (text) => text.slice(0, text.length / 2),
  'lacks its last bracket': (text) => text.slice(0, -2),
  'is of a newer Plexus': (text) => text.replace('"journal":1', '"journal":2'),
  "is another container's": (text) => text.replace(CONTAINER, 'another'),
  'is JSON of somebody else': () => '{"kind":"Pod"}',
  'is a list': () => '[]',
  'has calls of nobody': () => `{"journal":1,"containerId":"${CONTAINER}","calls":[null]}`,
  'has a call of nothing': () => `{"journal":1,"containerId":"${CONTAINER}","calls":[{}]}`,
  'has an attachment without plugins': (text) => text.replace(/"plugins":\[/, '"lost":['),
}

const folder = (node: TestNode): string => `${node.folder}/state/plexus`
const journal = (node: TestNode): string => `${folder(node)}/${CONTAINER}.json`

function filesOf(node: TestNode): readonly string[] {
  return readdirSync(folder(node), { withFileTypes: true })
    .filter((entry) => entry.name.startsWith(CONTAINER))
    .map(({ name }) => name)
}

function assertNothingIsAttached(node: TestNode): void {
  assert.equal(leftovers().leases, [])
  assert.equal(
    links(node.netns).map(({ name }) => name),
    ['lo'],
  )
}

async function attached(use: (node: TestNode) => Promise<void>): Promise<void> {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    node.apply(definition('net-a', bridge(41)), pod('web', 'net-a'))
    assert.is((await node.call('ADD')).status, 0)
    await use(node)
  })
}

for (const [damage, damaged] of Object.entries(DAMAGES))
  test(`F3: a journal that ${damage} is set aside and rebuilt, and DEL leaves nothing (pain 7)`, async () => {
    await attached(async (node) => {
      writeFileSync(journal(node), damaged(readFileSync(journal(node), 'utf8')))
      assert.is((await node.call('CHECK')).json.code, 6)
      const { status, stdout } = await node.call('DEL')
      assert.is(status, 0, stdout)
      assertNothingIsAttached(node)
      assert.match(filesOf(node).join(), /^c0ffee\.json\.corrupt-\d+$/)
      assert.is((await node.call('DEL')).status, 0)
    })
  })

test('F3: a journal that cannot be read at all, a folder being in its place, is set aside and rebuilt (pain 7)', async () => {
  await attached(async (node) => {
    rmSync(journal(node))
    mkdirSync(journal(node))
    assert.is((await node.call('CHECK')).json.code, 5)
    const { status, stdout } = await node.call('DEL')
    assert.is(status, 0, stdout)
    assertNothingIsAttached(node)
    assert.match(filesOf(node).join(), /^c0ffee\.json\.corrupt-\d+$/)
  })
})

test('F3: a journal that is cut off at any byte is never taken for a whole one (pain 7)', async () => {
  await attached(async (node) => {
    const text = readFileSync(journal(node), 'utf8')
    assert.is(parseRecord(text, CONTAINER).calls.length, 1)
    for (let length = 0; length < text.trimEnd().length; length += 1)
      assert.throws(
        () => parseRecord(text.slice(0, length), CONTAINER),
        (fault: unknown) => fault instanceof CniError && fault.code === 6,
        `${length} bytes`,
      )
    await node.call('DEL')
  })
})

test('F3: an ADD that finds a broken journal deletes what that held before it attaches', async () => {
  await attached(async (node) => {
    writeFileSync(journal(node), '{"journal":1,')
    const { status, stdout } = await node.call('ADD')
    assert.is(status, 0, stdout)
    assert.is(addresses('net1', node.netns).length, 1)
    assert.is(leftovers().leases.length, 2)
    assert.is(filesOf(node).length, 2)
    await node.call('DEL')
    assertNothingIsAttached(node)
  })
})

test("F3, F4: what was set aside is in nobody's way, and GC names it in the log", async () => {
  const base = recorder('base', { cniVersion: '1.1.0' })
  await withNode({ delegates: [base], cniVersion: '1.1.0', logToStderr: true, logLevel: 'warning' }, async (node) => {
    node.apply(pod('web'))
    assert.is((await node.call('ADD')).status, 0)
    writeFileSync(journal(node), '')
    const gone = await node.call('GC', { config: { 'cni.dev/attachments': [] } })
    assert.is(gone.status, 0, gone.stdout)
    const [aside = ''] = filesOf(node)
    assert.match(aside, /^c0ffee\.json\.corrupt-\d+$/)
    const again = await node.call('GC', { config: { 'cni.dev/attachments': [] } })
    assert.ok(again.stderr.includes(`${folder(node)}/${aside}`), again.stderr)
    assert.is((await node.call('ADD')).status, 0)
    assert.is((await node.call('DEL')).status, 0)
    assert.equal(filesOf(node), [aside])
  })
})

test('F3, F4: GC removes what killed writers left of containers that nobody deletes', async () => {
  const base = recorder('base', { cniVersion: '1.1.0' })
  await withNode({ delegates: [base], cniVersion: '1.1.0' }, async (node) => {
    node.apply(pod('web'))
    assert.is((await node.call('ADD')).status, 0)
    const left = `${folder(node)}/gone.json.tmp`
    writeFileSync(left, '{"journ')
    const valid = [{ containerID: CONTAINER, ifname: 'eth0' }]
    assert.is((await node.call('GC', { config: { 'cni.dev/attachments': valid } })).status, 0)
    assert.is(existsSync(left), false)
    assert.equal(filesOf(node), [`${CONTAINER}.json`])
  })
})

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { createNetns, deleteNetns, leftovers, type Netns } from '../node/namespaces.ts'
import { watchCall } from './kill-steps.ts'
import { bridge, definition, pod, recorder, type TestNode, withNode } from './plexus.ts'

const BOOT_ID = '/proc/sys/kernel/random/boot_id'
const NEXT_BOOT = '11111111-2222-4333-8444-555555555555'
const OLD = ['old-one', 'old-two']

/**
 * A node that has been rebooted: containers of before are in the journal, their sandbox is gone, and the kernel has
 * another boot id.
 */
async function rebooted(
  keys: Readonly<Record<string, unknown>>,
  use: (node: TestNode, netns: Netns) => Promise<void>,
): Promise<void> {
  await withNode(keys, async (node) => {
    node.apply(definition('own', bridge(41)), pod('web', 'own'))
    const sandboxes = OLD.map(() => createNetns())
    for (const [index, containerId] of OLD.entries())
      assert.is((await node.call('ADD', { containerId, netns: sandboxes[index]?.path ?? '' })).status, 0)
    for (const sandbox of sandboxes) deleteNetns(sandbox)
    writeFileSync(`${node.folder}/boot_id`, `${NEXT_BOOT}\n`)
    execFileSync('mount', ['--bind', `${node.folder}/boot_id`, BOOT_ID])
    const netns = createNetns()
    try {
      await use(node, netns)
    } finally {
      execFileSync('umount', [BOOT_ID])
      deleteNetns(netns)
    }
  })
}

function folders(node: TestNode): readonly string[] {
  return readdirSync(`${node.folder}/state/plexus`).filter((name) => name.startsWith('boot-'))
}

async function settled(node: TestNode): Promise<void> {
  while (folders(node).join() !== `boot-${NEXT_BOOT}` || node.state().includes('boot')) await pause()
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 10))
}

function runs(node: TestNode): readonly string[] {
  return node.recorded().map(({ env }) => `${env['CNI_COMMAND']} ${env['CNI_CONTAINERID']} ${env['CNI_NETNS']}`)
}

function base(keys: object = {}): object {
  return { cniVersion: '1.0.0', name: 'base', plugins: [{ type: 'recorder', ...keys }, bridge(40)] }
}

test('F4: the first call after a reboot has what is left of before deleted beside it, and touches nothing of this boot', async () => {
  await rebooted({ delegates: [base()] }, async (node, netns) => {
    assert.is(leftovers().leases.length, 4)
    assert.is((await node.call('ADD', { containerId: 'new', netns: netns.path })).status, 0)
    await settled(node)
    assert.is(leftovers().leases.length, 2)
    assert.equal(node.state(), ['new.json'])
    assert.equal(
      runs(node).filter((run) => run.startsWith('DEL')),
      OLD.map((containerId) => `DEL ${containerId} `),
    )
    assert.is((await node.call('DEL', { containerId: 'new', netns: netns.path })).status, 0)
    assert.equal(leftovers().leases, [])
  })
})

test('F4: of many calls that are the first after a reboot each succeeds, and what is left of before is deleted once', async () => {
  await rebooted({ delegates: [recorder('base')] }, async (node, netns) => {
    const containers = Array.from({ length: 8 }, (_, index) => `new-${index}`)
    node.apply(pod('web'))
    const calls = containers.map((containerId) => node.call('ADD', { containerId, netns: netns.path }))
    for (const { status, stdout } of await Promise.all(calls)) assert.is(status, 0, stdout)
    await settled(node)
    assert.equal(
      runs(node)
        .filter((run) => run.startsWith('DEL old'))
        .sort(),
      OLD.map((containerId) => `DEL ${containerId} `),
    )
    for (const containerId of OLD) assert.not.ok(node.state().includes(`${containerId}.json`))
  })
})

test('F4: a delegate that hangs for a container of before holds no pod up, and what is killed meanwhile is done again', async () => {
  await rebooted({ delegates: [base({ pause: 'DEL' })] }, async (node, netns) => {
    assert.is((await node.call('ADD', { containerId: 'new', netns: netns.path })).status, 0)
    while (!runs(node).some((run) => run.startsWith('DEL old-one'))) await pause()
    const [pid] = readlinkSync(`${node.folder}/state/plexus/locks/boot`).split(':')
    process.kill(Number(pid), 'SIGKILL')
    writeFileSync(`${node.folder}/records/go`, '')
    assert.is((await node.call('CHECK', { containerId: 'new', netns: netns.path })).status, 0)
    await settled(node)
    assert.equal(node.state(), ['new.json'])
  })
})

test('F4: what cannot be deleted after a reboot fails no pod: it is logged, and stays for DEL', async () => {
  await rebooted({ delegates: [base({ fail: 'DEL' })] }, async (node, netns) => {
    const logFile = `${node.folder}/log`
    assert.is((await node.call('ADD', { containerId: 'new', netns: netns.path, config: { logFile } })).status, 0)
    await settled(node)
    assert.match(readFileSync(logFile, 'utf8'), /could not be deleted.*told to fail.*"old-one"/)
    assert.equal([...node.state()].sort(), ['new.json', 'old-one.json', 'old-two.json'])
    assert.is((await node.call('DEL', { containerId: 'old-one', netns: '' })).json.code, 140)
  })
})

test('F4: once nothing is left of before, a call starts and writes nothing more than it needs', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    node.apply(pod('web'))
    for (const verb of ['ADD', 'DEL', 'ADD']) await node.call(verb)
    const { steps } = await watchCall(node, 'DEL')
    const makes = steps
      .map(({ syscall }) => syscall)
      .filter((syscall) => /^(mkdir|symlink|rename|vfork)$/.test(syscall))
    // Its turn, the container's lock, the delegate.
    assert.equal(makes, ['symlink', 'symlink', 'vfork'])
  })
})

import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { bridge, CONTAINER, definition, PLEXUS, pod, type TestNode, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { createNetns, deleteNetns, runIn } from '../node/namespaces.ts'
import { type Ended, plexus } from './command.ts'
import { until } from './install-node.ts'

type Listed = {
  readonly attachments: readonly {
    readonly pod: string
    readonly interface: string
    readonly network: string
    readonly ips: readonly string[]
    readonly state: string
    readonly isStale: boolean
  }[]
}

/** A node with a pod attached to two networks, and its commands. */
async function attached(
  use: (node: TestNode, run: (...args: readonly string[]) => Ended) => Promise<void>,
): Promise<void> {
  await withNode({ delegates: [bridge(60)] }, async (node) => {
    const chain = { cniVersion: '0.4.0', name: 'net-a', plugins: [bridge(61), { type: 'tuning', sysctl: {} }] }
    node.apply(definition('net-a', chain), pod('web', 'net-a'))
    writeFileSync(`${node.folder}/00-plexus.conf`, JSON.stringify(node.config))
    assert.is((await node.call('ADD')).status, 0)
    await use(node, (...args) =>
      plexus([...args, '--node-config', `${node.folder}/00-plexus.conf`], { env: { LANG: 'C.UTF-8' } }),
    )
    await node.call('DEL')
  })
}

test('H4: ls lists what is attached, a line for each attachment, in 80 columns', async () => {
  await attached(async (_, run) => {
    const { status, stdout } = run('ls')
    assert.is(status, 0)
    const [heading, ...lines] = stdout.trimEnd().split('\n')
    assert.match(heading ?? '', /^POD +CONTAINER +IF +NETWORK +ADDRESS +STATE$/)
    assert.match(lines[0] ?? '', /^default\/web +c0ffee +eth0 +bridge60 +10\.60\.0\.2\/16 +added$/)
    assert.match(lines[1] ?? '', /^ +net1 +default\/net-a +10\.61\.0\.2\/16 +added$/)
    assert.is(lines.length, 2)
    assert.ok(stdout.split('\n').every((line) => line.length <= 80))
    const { attachments } = JSON.parse(run('ls', '-o', 'json').stdout) as Listed
    assert.equal(
      attachments.map((one) => `${one.pod} ${one.interface} ${one.network} ${one.ips} ${one.state} ${one.isStale}`),
      ['default/web eth0 bridge60 10.60.0.2/16 added false', 'default/web net1 default/net-a 10.61.0.2/16 added false'],
    )
  })
})

test('H4: show finds a container by the beginning of its id or by its pod, and draws when each plugin ran', async () => {
  await attached(async (_, run) => {
    const shown = run('show', 'c0f')
    assert.is(shown.status, 0, shown.stderr)
    assert.is(run('show', 'default/web').stdout, shown.stdout)
    assert.match(shown.stdout, /^pod +default\/web\ncontainer +c0ffee\nsandbox +\/run\/netns\//)
    assert.match(
      shown.stdout,
      /eth0 +bridge60 {2}default network\n +CNI 1\.0\.0, plugins bridge\n +10\.60\.0\.2\/16 {2}([0-9a-f]{2}:){5}/,
    )
    const bars = [...shown.stdout.matchAll(/^(eth0|net1) {2}(\w+) +([\d.]+) ms {2}( *)█+$/gm)]
    assert.equal(
      bars.map(([, ifName, plugin]) => `${ifName} ${plugin}`),
      ['eth0 bridge', 'net1 bridge', 'net1 tuning'],
    )
    const starts = bars.map(([, , , , before = '']) => before.length)
    assert.equal(
      starts,
      [...starts].sort((a, b) => a - b),
    )
    const missing = run('show', 'nobody')
    assert.is(missing.status, 2)
    assert.match(missing.stderr, /^plexus: no container "nobody" in .*; plexus ls lists those there are\n$/)
  })
})

test('H4: check says that all is as it was, or which network is not, and exits with 1', async () => {
  await attached(async (node, run) => {
    const sound = run('check', 'default/web')
    assert.is(sound.status, 0, sound.stdout)
    assert.match(sound.stdout, /^as it was +default\/web +c0ffee\n1 container checked, 0 not as ADD left them\.\n$/)
    runIn(node.netns, 'ip', ['link', 'delete', 'net1'])
    const changed = run('check')
    assert.is(changed.status, 1)
    assert.match(changed.stdout, /^changed +default\/web +c0ffee\n {2}network default\/net-a \(net1\): plugin bridge: /)
    assert.is(changed.stderr, '')
    const [found] = JSON.parse(run('check', '-o', 'json').stdout)
    assert.match(found.msg, /^network default\/net-a/)
  })
})

test('H4, F4: gc --dry-run says what gc deletes: the containers whose sandbox is gone, and no other', async () => {
  await attached(async (node, run) => {
    const other = createNetns()
    try {
      await node.call('ADD', { containerId: 'gone', netns: other.path })
    } finally {
      deleteNetns(other)
    }
    assert.match(run('ls').stdout, /gone +eth0 .* gone\n.*\n\n?.*1 sandbox is gone: plexus gc deletes/s)
    const checked = run('check', 'gone')
    assert.is(checked.status, 1)
    assert.match(checked.stdout.replace(/\s+/g, ' '), /its sandbox \S+ is gone; plexus gc deletes what is left/)
    const before = node.state()
    const dry = run('gc', '--dry-run')
    assert.is(dry.status, 0)
    assert.match(
      dry.stdout,
      /^would be deleted: default\/web gone, eth0 bridge60, net1 default\/net-a\n1 container .* 1 kept\.\n$/,
    )
    assert.equal(node.state(), before)
    const done = run('gc')
    assert.is(done.status, 0, done.stderr)
    assert.match(done.stdout, /^deleted: default\/web gone, /)
    assert.equal(JSON.parse(run('gc', '-o', 'json').stdout), { dryRun: false, deleted: [], left: [], kept: 1 })
    assert.is(run('check', CONTAINER).status, 0)
  })
})

test('H4: without a node configuration check and gc say where one is looked for; ls needs none', () => {
  const { status, stderr } = plexus(['gc'])
  assert.is(status, 2)
  assert.match(stderr, /\/etc\/cni\/net\.d has no node configuration of Plexus; name one with --node-config/)
  const empty = plexus(['ls', '--cni-dir', '/run/nothing'])
  assert.is(empty.status, 0)
  assert.is(empty.stdout, 'Nothing is attached here: /run/nothing/plexus holds no container.\n')
})

test('H4: a journal that cannot be read is said, and its container is kept by gc', async () => {
  await attached(async (node, run) => {
    const path = `${node.folder}/state/plexus/broken.json`
    writeFileSync(path, '{')
    try {
      assert.match(run('ls').stdout, /the journal of container broken is not JSON/)
      assert.match(run('gc').stdout, /2 kept\.\n$/)
      assert.ok(node.state().includes('broken.json'))
    } finally {
      rmSync(path)
    }
  })
})

test('H4: ls --watch lists again what has changed', async () => {
  await withNode({ delegates: [bridge(65)] }, async (node) => {
    node.apply(pod('web'))
    const watching = spawn(PLEXUS, ['ls', '--watch', '--cni-dir', `${node.folder}/state`])
    let said = ''
    watching.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
    })
    try {
      await until(() => said.includes('Nothing is attached here'))
      await node.call('ADD')
      await until(() => said.includes('default/web  c0ffee'))
      await node.call('DEL')
      await until(() => said.split('Nothing is attached here').length === 3)
    } finally {
      watching.kill()
    }
  })
})

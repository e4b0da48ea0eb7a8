import { execFileSync, spawnSync } from 'node:child_process'
import { PLEXUS } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'

type Demo = {
  readonly pods: readonly {
    readonly name: string
    readonly attachments: readonly Record<'network' | 'interface' | 'mac' | 'cniVersion', string>[] &
      readonly { ips: string[] }[]
    readonly result: {
      readonly cniVersion: string
      readonly interfaces: readonly object[]
      readonly ips: readonly object[]
    }
  }[]
  readonly leftovers: readonly string[]
}

const run = (...args: readonly string[]) => spawnSync(PLEXUS, args, { encoding: 'utf8' })

test(
  'H1, J-Macvlan: the demo attaches two pods to a real bridge, macvlan and ipvlan, and leaves nothing',
  () => {
    const { status, stdout, stderr } = run('demo', '--output', 'json')
    assert.is(status, 0, stderr)
    const { pods, leftovers } = JSON.parse(stdout) as Demo
    assert.equal(leftovers, [])
    assert.equal(
      pods.map(({ name }) => name),
      ['web', 'client'],
    )
    for (const { attachments, result } of pods) {
      assert.equal(
        attachments.map((one) => `${one.network} ${one.interface} ${one.cniVersion}`),
        ['kube-system/bridge eth0 0.4.0', 'default/macvlan net1 0.3.1', 'default/ipvlan net2 1.0.0'],
      )
      for (const { ips, mac } of attachments) {
        assert.match(ips.join(), /^10\.88\.[123]0\.\d+$/)
        assert.match(mac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
      }
      assert.is(result.cniVersion, '1.0.0')
      assert.is(result.ips.length, 3)
    }
  },
  { timeoutMs: 120_000 },
)

test(
  'H1: the demo shows the chain as it runs, the interfaces and the pings, and cleans up',
  () => {
    const { status, stdout } = run('demo')
    assert.is(status, 0)
    assert.match(stdout, /ADD +macvlan +CNI 0\.3\.1 +plugin macvlan +[\d.]+ ms/)
    assert.match(stdout, /inet 10\.88\.20\.2\/24/)
    assert.is(stdout.match(/ answers$/gm)?.length, 4)
    assert.match(stdout, /Nothing is left/)
  },
  { timeoutMs: 120_000 },
)

test('H7: --help fits 80 columns and says the exit statuses; an unknown command is one line and status 2', () => {
  const help = run('--help')
  assert.is(help.status, 0)
  assert.ok(
    help.stdout.split('\n').every((line) => line.length <= 80),
    help.stdout,
  )
  assert.match(help.stdout, /Exit status/)
  const unknown = run('dmeo')
  assert.is(unknown.status, 2)
  assert.match(unknown.stderr, /dmeo/)
  assert.is(unknown.stdout, '')
})

test('G1: the executable is one file, runs without Node.js, and loads nothing from the folder it is started in', () => {
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
  execFileSync('sh', [
    '-c',
    `cd ${folder} && echo 'preload = ["./evil.ts"]' >bunfig.toml && echo 'CNI_COMMAND=VERSION' >.env && echo 'console.log("loaded")' >evil.ts`,
  ])
  const { status, stdout } = spawnSync(PLEXUS, ['--version'], {
    cwd: folder,
    env: { PATH: '/nowhere' },
    encoding: 'utf8',
  })
  assert.is(status, 0)
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
})

test('A2: VERSION lists every version and echoes the newest, with nothing on stdin', () => {
  const { status, stdout } = spawnSync(PLEXUS, { env: { CNI_COMMAND: 'VERSION' }, encoding: 'utf8' })
  assert.is(status, 0)
  assert.equal(JSON.parse(stdout), {
    cniVersion: '1.1.0',
    supportedVersions: ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'],
  })
})

import { assert, test } from '../harness.ts'
import { runInUml } from './uml.ts'

const links = `
set -e
ip link add uplink type dummy
ip link add ipvlan-0 link uplink type ipvlan
ip link add vlan-0 link uplink type vlan id 7
ip link add vrf-0 type vrf table 7
ip -json -details link
`

test(
  'harness: the user-mode kernel has the kinds of interface that the machine may lack',
  async () => {
    const { status, stdout, stderr } = await runInUml(['sh', '-c', links])
    assert.equal([status, stderr], [0, ''])
    const made = JSON.parse(stdout) as readonly { readonly linkinfo?: { readonly info_kind: string } }[]
    assert.equal(
      made.flatMap(({ linkinfo }) => (linkinfo === undefined ? [] : [linkinfo.info_kind])),
      ['dummy', 'ipvlan', 'vlan', 'vrf'],
    )
  },
  { timeoutMs: 60_000 },
)

test(
  'harness: a command under the user-mode kernel has its arguments, environment, streams and exit status',
  async () => {
    const command = [
      'sh',
      '-c',
      'printf "%s|" "$@" "$GREETING" "$PWD"; echo fault >&2; exit 42',
      'sh',
      "it's",
      'a "b"\n$c',
    ]
    const env = { GREETING: 'two\nlines' }
    assert.equal(await runInUml(command, { env }), {
      status: 42,
      stdout: `it's|a "b"\n$c|two\nlines|${process.cwd()}|`,
      stderr: 'fault\n',
    })
  },
  { timeoutMs: 60_000 },
)

test(
  'harness: iptables translates addresses under the user-mode kernel',
  async () => {
    const rule = '-A POSTROUTING -s 10.1.0.0/16 -m comment --comment hello -j MASQUERADE'
    const { status, stdout } = await runInUml(['sh', '-c', `iptables -t nat ${rule} && iptables-save -t nat`])
    assert.is(status, 0)
    assert.ok(stdout.split('\n').includes(rule))
  },
  { timeoutMs: 60_000 },
)

test(
  'harness: a command that takes too long under the user-mode kernel is ended',
  async () => {
    const said = await runInUml(['sh', '-c', 'echo started; sleep 600'], { timeoutMs: 10_000 }).catch(String)
    assert.match(String(said), /not done in the user-mode kernel after 10000 ms; so far: started/)
  },
  { timeoutMs: 60_000 },
)

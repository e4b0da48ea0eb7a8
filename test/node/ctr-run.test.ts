import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { PLEXUS } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { withContainerd } from './containerd.ts'
import { leftovers, links } from './namespaces.ts'

const STATE = '/run/plexus-state'

const network = (name: string, keys: object, net: number): object => ({
  cniVersion: '1.0.0',
  name,
  ...keys,
  ipam: { type: 'host-local', subnet: `10.${net}.0.0/24` },
})

const plexus = {
  cniVersion: '1.0.0',
  name: 'plexus',
  plugins: [
    {
      type: 'plexus',
      cniDir: STATE,
      logToStderr: false,
      delegates: [
        network('blue', { type: 'bridge', bridge: 'blue0', isGateway: true }, 81),
        network('green', { type: 'macvlan', master: 'up0', mode: 'bridge' }, 82),
      ],
    },
  ],
}

test(
  "A1, C15, G1, J-Macvlan: containerd gets a container's interfaces through Plexus, and DEL leaves nothing",
  async () => {
    execFileSync('ip', ['link', 'add', 'up0', 'type', 'veth', 'peer', 'name', 'up1'])
    for (const end of ['up0', 'up1']) execFileSync('ip', ['link', 'set', end, 'up'])
    const before = leftovers([STATE])
    const plugins = [PLEXUS, ...['bridge', 'macvlan', 'host-local'].map((name) => `/usr/lib/cni/${name}`)]
    await withContainerd({ configs: { '00-plexus.conflist': plexus }, plugins }, async ({ run, log }) => {
      const { status, stdout, stderr } = await run('web', ['/bin/sh', '-c', 'ip address; ls /sys/class/net >/dev/null'])
      assert.is(status, 0, stderr + log())
      assert.match(stdout, /eth0@.*\n.*\n\s+inet 10\.81\.0\.2\/24/)
      assert.match(stdout, /net1@.*\n.*\n\s+inet 10\.82\.0\.2\/24/)
      const after = leftovers([STATE])
      assert.equal(after.leases, [])
      assert.equal(after.files, [])
      // The reference bridge plugin keeps its bridge.
      assert.equal(
        links()
          .map(({ name }) => name)
          .sort(),
        [...before.links, 'blue0'].sort(),
      )
      assert.equal(
        readdirSync(`${STATE}/plexus`).map((name) => name.replace(/-.*/, '')),
        ['boot', 'locks', 'turns'],
      )
    })
  },
  { timeoutMs: 60_000 },
)

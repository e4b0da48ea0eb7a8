import { assert, test } from '../harness.ts'
import { withContainerd } from './containerd.ts'
import { addresses, leftovers, links } from './namespaces.ts'

const bridge = {
  cniVersion: '0.4.0',
  name: 'blue',
  plugins: [{ type: 'bridge', bridge: 'blue0', isGateway: true, ipam: { type: 'host-local', subnet: '10.77.0.0/24' } }],
}

test('harness: containerd attaches a container by the plugin in its folder and detaches it', () =>
  withContainerd(
    {
      configs: { '10-blue.conflist': bridge },
      plugins: ['bridge', 'host-local'].map((name) => `/usr/lib/cni/${name}`),
    },
    async ({ run }) => {
      const { status, stdout, stderr } = await run('first', ['/bin/ip', 'address', 'show', 'eth0'])
      assert.equal([status, stderr], [0, ''])
      assert.match(stdout, /inet 10\.77\.0\.2\/24 /)
      assert.equal(addresses('blue0'), ['10.77.0.1/24'])
      assert.equal(
        links().map(({ name }) => name),
        ['lo', 'blue0'],
      )
      assert.equal(leftovers().leases, [])
    },
  ))

test("harness: a container's exit status is told", () =>
  withContainerd({ configs: { '10-blue.conflist': bridge }, plugins: [] }, async ({ run }) => {
    // Debian's containerd finds bridge in /usr/lib/cni too.
    assert.is((await run('second', ['/bin/sh', '-c', 'exit 42'])).status, 42)
  }))

test('harness: containerd fails to attach a container whose plugin is missing', () => {
  const configs = { '10-blue.conflist': { ...bridge, plugins: [{ type: 'nowhere' }] } }
  return withContainerd({ configs, plugins: [] }, async ({ run }) => {
    const { status, stderr } = await run('third', ['/bin/ip', 'address'])
    assert.is(status, 1)
    assert.match(stderr, /failed to find plugin "nowhere"/)
  })
})

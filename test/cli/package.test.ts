import { execFileSync, spawnSync } from 'node:child_process'
import { bridge, pod, startPlexus, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { addresses, leftovers } from '../node/namespaces.ts'

const root = new URL('../../', import.meta.url).pathname

test('A1, G1: the npm package answers a runtime under Node.js as the executable does', async () => {
  await withNode({ delegates: [bridge(40)] }, async (node) => {
    node.apply(pod('web'))
    const call = (verb: string) => {
      const env = {
        PATH: process.env['PATH'],
        CNI_COMMAND: verb,
        CNI_CONTAINERID: 'npm',
        CNI_NETNS: node.netns.path,
        CNI_IFNAME: 'eth0',
        CNI_PATH: '/usr/lib/cni',
      }
      return startPlexus(env, JSON.stringify(node.config), [process.execPath, `${root}dist/main.js`]).ended
    }
    const added = await call('ADD')
    assert.is(added.status, 0, added.stdout)
    assert.is(addresses('eth0', node.netns).length, 1)
    assert.is((await call('CHECK')).status, 0)
    assert.is((await call('DEL')).status, 0)
    assert.equal(leftovers().leases, [])
    assert.is((await call('add')).json.code, 4)
  })
})

test('B6: plexus-cni/cni is imported by its name, and converts a result', () => {
  const program = `
    import { convertResult, versionedResult } from 'plexus-cni/cni'
    const result = versionedResult({ ips: [{ address: '10.0.0.2/24', interface: 0 }], interfaces: [{ name: 'eth0' }] }, '1.0.0', 'result')
    console.log(JSON.stringify(convertResult(result, '0.2.0')))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    encoding: 'utf8',
  })
  assert.is(stderr, '')
  assert.equal(JSON.parse(stdout), {
    result: { ip4: { ip: '10.0.0.2/24' }, dns: {}, cniVersion: '0.2.0' },
    lost: ['interface eth0'],
  })
})

test('B6: what npm would publish has the library, its types and the command, and not the executable of this machine', () => {
  const listed = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  )
  const files = listed[0].files.map(({ path }: { path: string }) => path) as string[]
  for (const file of [
    'dist/main.js',
    'dist/cni/index.js',
    'dist/types/src/cni/index.d.ts',
    'dist/plexus.1',
    'dist/conformance/index.js',
    'dist/conformance/worker.js',
    'dist/types/conformance/library.d.ts',
    'crd/network-attachment-definition.yaml',
    'LICENSE',
  ])
    assert.ok(files.includes(file), file)
  assert.not(files.includes('dist/plexus'))
  assert.equal(
    files.filter((file) => /^(src|test)\//.test(file)),
    [],
  )
})

import { readdirSync, readFileSync } from 'node:fs'
import { definition, pod, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { plexus, withFiles } from './command.ts'

const BROKEN = definition('lan', { cniVersion: '1.0.0', type: 'bridge', mtu: '9000' })
const DOUBTFUL = definition('lan', { cniVersion: '1.0.0', type: 'bridge', isGatway: true })
const SOUND = definition('lan', { cniVersion: '1.0.0', type: 'bridge' })

type Finding = { readonly file: string; readonly line: number; readonly column: number; readonly message: string }

test('H2: every finding is shown with file, line, column, the line itself and a caret, in 80 columns', async () => {
  const text = readFileSync(new URL('../../examples/chained.yaml', import.meta.url), 'utf8')
  await withFiles({ 'chained.yaml': text.replace('"isGateway"', '"isGatway"') }, (folder) => {
    const { status, stdout } = plexus(['validate', 'chained.yaml'], { cwd: folder })
    assert.is(status, 0)
    assert.is(
      stdout,
      [
        'chained.yaml:17:11: warning: definition default/chained: spec.config:',
        '  plugins[0]: unknown key "isGatway" of plugin bridge; did you mean "isGateway"?',
        '   17 |           "isGatway": true,',
        '      |           ^^^^^^^^^^',
        '',
        '0 errors, 1 warning in 2 documents of 1 file.',
        '',
      ].join('\n'),
    )
  })
})

test('H2, H7: the exit status is 0 for warnings, 1 for errors or with --strict, 2 where it could not be run', async () => {
  await withFiles({ 'a.json': BROKEN, 'b.json': DOUBTFUL, 'c.json': SOUND, 'd/readme.md': '' }, (cwd) => {
    const status = (...args: readonly string[]) => plexus(['validate', ...args], { cwd }).status
    assert.equal(
      ['a.json', 'b.json', 'c.json', '.'].map((path) => status(path)),
      [1, 0, 0, 1],
    )
    assert.equal([status('--strict', 'b.json'), status('--strict', 'c.json')], [1, 0])
    assert.equal([status('none.yaml'), status('d'), status('--output', 'xml', 'a.json')], [2, 2, 2])
    const { stdout, stderr } = plexus(['validate', 'none.yaml'], { cwd })
    assert.is(stdout, '')
    assert.is(stderr, 'plexus: none.yaml: there is no such file or folder\n')
  })
})

test('H2: it reads standard input, and folders at any depth, as one cluster', async () => {
  const asks = pod('web', 'lan')
  assert.match(plexus(['validate'], { stdin: JSON.stringify(BROKEN) }).stdout, /^stdin:1:\d+: error: /)
  await withFiles({ 'a/lan.yaml': JSON.stringify(SOUND), 'b/c/web.json': asks, '.git/x.json': BROKEN }, (cwd) => {
    const { status, stdout } = plexus(['validate', '.'], { cwd })
    assert.is(status, 0)
    assert.is(stdout, 'Nothing is wrong in 2 documents of 2 files.\n')
    assert.match(plexus(['validate', '-', 'b'], { cwd, stdin: JSON.stringify(SOUND) }).stdout, /^Nothing is wrong/)
  })
})

test('H2: findings are said as JSON, as annotations of GitHub and as SARIF', async () => {
  await withFiles({ 'a,b.json': BROKEN }, (cwd) => {
    const out = (output: string) => plexus(['validate', '--output', output, 'a,b.json'], { cwd }).stdout
    const { findings } = JSON.parse(out('json')) as { readonly findings: readonly Finding[] }
    const [finding] = findings
    assert.is(findings.length, 1)
    assert.match(finding?.message ?? '', /mtu: must be a whole number$/)
    const place = `file=a%2Cb.json,line=${finding?.line},col=${finding?.column}`
    assert.ok(out('github').startsWith(`::error ${place},endColumn=`), out('github'))
    const { version, runs } = JSON.parse(out('sarif'))
    const [{ results, tool }] = runs
    assert.is(version, '2.1.0')
    assert.is(results[0].ruleId, 'shape')
    assert.ok(tool.driver.rules.some(({ id }: { readonly id: string }) => id === 'shape'))
    assert.equal(results[0].locations[0].physicalLocation.region.startLine, finding?.line)
  })
})

test('H2: with --on-this-node, an interface, a plugin or a file that this node has not is found', async () => {
  const definitions = [
    definition('vlan', { cniVersion: '1.0.0', type: 'macvlan', master: 'eth7' }),
    definition('own', { cniVersion: '1.0.0', type: 'own', ipam: { type: 'own-ipam' } }),
    definition('lo', { cniVersion: '1.0.0', type: 'macvlan', master: 'lo' }),
  ]
  const node = { cniVersion: '1.0.0', name: 'plexus', type: 'plexus', clusterNetwork: '/nowhere/10-x.conflist' }
  await withFiles({ 'all.json': { kind: 'List', items: definitions }, '00-plexus.conf': node }, (cwd) => {
    const { stdout } = plexus(['validate', '--on-this-node', '--bin-dir', '/usr/lib/cni', '-o', 'json', '.'], { cwd })
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] }
    assert.equal(
      findings.map(({ message }) => message.replace(/; there are .*/, '')),
      [
        'the node configuration: /nowhere/10-x.conflist: cannot be read: no such file or directory',
        'definition default/vlan: spec.config: master: there is no interface "eth7" on this node',
        'definition default/own: spec.config: type: plugin own: no such executable in /usr/lib/cni',
        'definition default/own: spec.config: ipam.type: plugin own-ipam: no such executable in /usr/lib/cni',
      ],
    )
    assert.match(plexus(['validate', '.'], { cwd }).stdout, /^Nothing is wrong/)
  })
})

test('H2: nothing is wrong in any of the examples', () => {
  const folder = new URL('../../examples', import.meta.url).pathname
  const examples = readdirSync(folder).filter((name) => !name.endsWith('.md'))
  assert.ok(examples.length > 5)
  for (const example of examples)
    assert.match(plexus(['validate', example], { cwd: folder }).stdout, /^Nothing is wrong in/, example)
})

const REFUSED: Readonly<Record<string, readonly object[]>> = {
  'a plugin without type': [
    definition('net-a', { name: 'net-a', cniVersion: '1.0.0', plugins: [{}] }),
    pod('web', 'net-a'),
  ],
  'a version that nobody speaks': [definition('net-a', { cniVersion: '7.0.0', type: 'bridge' }), pod('web', 'net-a')],
  'a misspelt key': [
    definition('net-a', { cniVersion: '1.0.0', type: 'bridge' }),
    pod('web', [{ name: 'net-a', ipss: [] }]),
  ],
  'a missing capability': [
    definition('net-a', { cniVersion: '1.0.0', type: 'bridge' }),
    pod('web', [{ name: 'net-a', mac: '02:00:00:00:00:01' }]),
  ],
  'another namespace': [
    definition('net-a', { cniVersion: '1.0.0', type: 'bridge' }, { namespace: 'infra' }),
    pod('web', 'net-a'),
  ],
  'a name asked for twice': [
    definition('net-a', { cniVersion: '1.0.0', type: 'bridge' }),
    pod('web', 'net-a@net2,net-a'),
  ],
}

for (const [what, objects] of Object.entries(REFUSED))
  test(`H2: what validate says of ${what} is what ADD says`, async () => {
    await withNode({ delegates: [{ cniVersion: '1.0.0', name: 'base', type: 'recorder' }] }, async (node) => {
      node.apply(...objects)
      const { json } = await node.call('ADD')
      const { stdout } = plexus(['validate', '--output', 'json', `${node.folder}/cluster`])
      const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] }
      assert.is(findings.length, 1, stdout)
      assert.is(json.msg, findings[0]?.message)
    })
  })

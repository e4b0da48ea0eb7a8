import { definition, pod, recorder, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { PLEXUS_TOKEN, withApiServer } from '../node/kube-apiserver.ts'
import { plexus, withFiles } from './command.ts'

type Explained = {
  readonly pod: string
  readonly attachments: readonly {
    readonly network: string
    readonly interface: string
    readonly reasons: readonly string[]
    readonly plugins: readonly {
      readonly plugin: string
      readonly ifName: string
      readonly cniArgs: string
      readonly prevResult?: string
      readonly input: Readonly<Record<string, unknown>>
    }[]
  }[]
}

const CHAIN = {
  cniVersion: '1.0.0',
  name: 'net-a',
  plugins: [
    { type: 'recorder', big: 2 ** 40, capabilities: { mac: true }, args: { cni: { a: 1 } } },
    { type: 'recorder', capabilities: { portMappings: true }, 'x.y/z': null },
  ],
}
const ASKED = [
  {
    name: 'net-a',
    mac: '02:00:00:00:00:01',
    portMappings: [{ hostPort: 80, containerPort: 8080 }],
    'cni-args': { b: 2 },
    'ipam-claim-reference': 'web-lan',
  },
  { name: 'net-b', interface: 'data0' },
]
const OBJECTS = [
  definition('net-a', CHAIN),
  definition('net-b', recorder('net-b', { cniVersion: '0.3.1' })),
  pod('web', ASKED),
]

test('H3: each plugin is shown with exactly what ADD gives it, in the order ADD runs it', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    node.apply(...OBJECTS)
    assert.is((await node.call('ADD')).status, 0)
    await withFiles({ '00-plexus.conf': node.config }, (folder) => {
      const files = ['-f', `${node.folder}/cluster`, '--node-config', `${folder}/00-plexus.conf`]
      const { stdout } = plexus(['explain', 'web', ...files, '-o', 'json'])
      const [explained] = JSON.parse(stdout) as readonly Explained[]
      const shown = (explained?.attachments ?? []).flatMap(({ plugins }) => plugins)
      const recorded = node.recorded().map(({ env, config: { prevResult, ...input } }) => ({
        plugin: input['type'],
        ifName: env['CNI_IFNAME'],
        cniArgs: env['CNI_ARGS'],
        isHanded: prevResult !== undefined,
        input,
      }))
      assert.is(recorded.length, 4)
      assert.equal(
        shown.map(({ prevResult, ...one }) => ({ ...one, isHanded: prevResult !== undefined })),
        recorded,
      )
    })
  })
})

test('H3: every decision comes with its reason, in 80 columns', async () => {
  await withFiles(
    {
      'all.json': { kind: 'List', items: OBJECTS },
      'node.conf': { cniVersion: '1.0.0', name: 'n', type: 'plexus', delegates: [recorder('base')] },
    },
    (cwd) => {
      const { status, stdout } = plexus(['explain', '-f', 'all.json', '--node-config', 'node.conf'], { cwd })
      assert.is(status, 0)
      for (const reason of [
        'the default network, attached first: delegates[0] of node.conf',
        "second in the pod's annotation k8s.v1.cni.cncf.io/networks",
        'net1: by its position, the pod asking for no name',
        'data0: the name that the pod asks for',
        'configuration: spec.config of definition default/net-b, CNI 0.3.1',
        'threaded (the default under type plexus)',
        'mac: needs the capability; recorder declares it and gets it',
        'ipam-claim-reference: web-lan, for an IPAM plugin that reads it',
        "cni-args: merged over each plugin's args.cni",
        'recorder gets, and the merged result so far as prevResult',
      ])
        assert.ok(stdout.includes(reason), `${reason} is not in\n${stdout}`)
      assert.ok(
        stdout.split('\n').every((line) => line.length <= 80),
        stdout,
      )
    },
  )
})

test('H3: a graph of Mermaid has a node for each plugin and an arrow for each step', async () => {
  await withFiles({ 'all.json': { kind: 'List', items: OBJECTS } }, (cwd) => {
    const { stdout } = plexus(['explain', '-f', 'all.json', '-o', 'mermaid'], { cwd })
    const lines = stdout.trim().split('\n')
    assert.is(lines[0], 'flowchart TD')
    assert.is(lines.filter((line) => line.includes('"recorder"')).length, 3)
    assert.is(lines.filter((line) => line.includes('-->')).length, 5)
  })
})

test('H3: where an ADD would fail, its error is said and the exit status is 1; without a pod it is 2', async () => {
  await withFiles({ 'pod.json': pod('web', 'nowhere'), 'nad.json': definition('net-a', CHAIN) }, (cwd) => {
    const failed = plexus(['explain', '-f', 'pod.json'], { cwd })
    assert.is(failed.status, 1)
    assert.is(failed.stdout, '')
    assert.match(
      failed.stderr.replace(/\s+/g, ' '),
      /^pod default\/web: ADD would fail with code 110: cannot find network-attachment-definition/,
    )
    const none = plexus(['explain', 'db', '-f', 'pod.json', '-f', 'nad.json'], { cwd })
    assert.is(none.status, 2)
    assert.match(none.stderr, /there is no Pod db in pod\.json, nad\.json; there are: default\/web/)
  })
})

test(
  'H3: --from-cluster asks the API server for the pod and its definitions',
  () =>
    withApiServer(async (api) => {
      const container = { name: 'c', image: 'none' }
      api.apply(definition('net-a', CHAIN), definition('net-b', recorder('net-b')), {
        ...pod('web', ASKED),
        spec: { containers: [container] },
      })
      const { status, stdout, stderr } = plexus([
        'explain',
        'default/web',
        '--from-cluster',
        '-o',
        'json',
        '--kubeconfig',
        api.adminKubeconfig,
      ])
      assert.is(status, 0, stderr)
      const [explained] = JSON.parse(stdout) as readonly Explained[]
      assert.equal(
        explained?.attachments.map((one) => `${one.interface} ${one.network}`),
        ['eth0 default-network', 'net1 default/net-a', 'data0 default/net-b'],
      )
      const refused = plexus([
        'explain',
        'default/web',
        '--from-cluster',
        '--kubeconfig',
        api.kubeconfigFor({ token: PLEXUS_TOKEN }),
      ])
      assert.is(refused.status, 2)
      assert.match(refused.stderr, /^plexus: API server: .*403/)
    }),
  { timeoutMs: 120_000 },
)

import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { withAgentNode } from '../agent/agent-node.ts'
import { bridge, definition, PLEXUS, pod, REFERENCE_PLUGINS, type TestNode, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { PLEXUS_TOKEN, withApiServer } from '../node/kube-apiserver.ts'
import { createNetns, deleteNetns } from '../node/namespaces.ts'
import { plexus } from './command.ts'

type Examined = readonly {
  readonly what: string
  readonly verdicts: readonly { readonly status: string; readonly message: string; readonly mend?: string }[]
}[]

const CONF_DIR = '/etc/cni/net.d'
const BIN_DIR = '/opt/cni/bin'

/** A node on which Plexus is installed, with a pod attached. */
async function withInstalled(keys: object, use: (node: TestNode) => Promise<void>): Promise<void> {
  await withNode({ delegates: [bridge(62)], binDir: BIN_DIR, ...keys }, async (node) => {
    for (const folder of [CONF_DIR, BIN_DIR]) mkdirSync(folder, { recursive: true })
    for (const name of readdirSync(REFERENCE_PLUGINS)) symlinkSync(`${REFERENCE_PLUGINS}/${name}`, `${BIN_DIR}/${name}`)
    copyFileSync(PLEXUS, `${BIN_DIR}/plexus`)
    writeFileSync(`${CONF_DIR}/00-plexus.conf`, JSON.stringify(node.config))
    try {
      await use(node)
    } finally {
      for (const folder of [CONF_DIR, BIN_DIR]) rmSync(folder, { recursive: true })
    }
  })
}

const LAN = definition('lan', bridge(63))

test('H4a: doctor finds nothing on a sound node, and says what it has looked at, in 80 columns', async () => {
  await withInstalled({}, async (node) => {
    node.apply(LAN, pod('web', 'lan'))
    assert.is((await node.call('ADD')).status, 0)
    const { status, stdout } = plexus(['doctor'])
    assert.is(status, 0, stdout)
    assert.match(
      stdout,
      /CNI configuration\n {2}ok +\/etc\/cni\/net\.d\/00-plexus\.conf: comes first, and the runtime takes it\n/,
    )
    assert.match(stdout, /\/opt\/cni\/bin\/bridge: CNI 0\.1\.0 to 1\.0\.0\n.*\/opt\/cni\/bin\/host-local: CNI/)
    assert.match(stdout, /it makes what is needed by bridge\n/)
    assert.match(
      stdout.replace(/\s+/g, ' '),
      /1 container in \S+: all sandboxes are there, no address is held for nobody/,
    )
    assert.match(stdout, /This node is sound\.\n$/)
    assert.ok(
      stdout.split('\n').every((line) => line.length <= 80),
      stdout,
    )
    await node.call('DEL')
  })
})

test('H4a: doctor finds each of seven things wrong with a node, with the command that mends it', async () => {
  await withInstalled({ agentSocket: '/run/plexus/agent.sock' }, async (node) => {
    const gone = createNetns()
    node.apply(LAN, pod('web', 'lan'))
    assert.is((await node.call('ADD', { containerId: 'gone', netns: gone.path })).status, 0)
    deleteNetns(gone)
    node.apply(
      definition('own', { cniVersion: '1.0.0', name: 'own', type: 'vendor' }),
      definition('new', { cniVersion: '1.1.0', name: 'new', type: 'ptp' }),
    )
    writeFileSync(`${CONF_DIR}/00-calico.conf`, JSON.stringify({ cniVersion: '1.0.0', name: 'calico', type: 'calico' }))
    rmSync(`${BIN_DIR}/plexus`)
    writeFileSync('/var/lib/cni/networks/bridge62/10.62.0.99', 'nobody\r\neth0')
    writeFileSync('/var/lib/cni/networks/bridge62/10.62.0.98', 'multus-pod\r\neth0')
    writeFileSync(`${node.folder}/state/multus-pod`, '[]')
    writeFileSync(`${node.folder}/state/plexus/old.json.corrupt-1`, '')
    const { status, stdout } = plexus(['doctor', '--output', 'json'])
    assert.is(status, 1)
    const wrong = (JSON.parse(stdout) as Examined).flatMap(({ verdicts }) =>
      verdicts.filter((one) => one.status !== 'ok'),
    )
    const expected: readonly (readonly [RegExp, string | undefined])[] = [
      [
        /00-calico\.conf: comes before .* Plexus is not called$/,
        `mv ${CONF_DIR}/00-calico.conf ${CONF_DIR}/00-calico.conf.disabled`,
      ],
      [/^\/opt\/cni\/bin\/plexus: is not there/, 'plexus install'],
      [
        /^\/run\/plexus\/agent\.sock: the agent cannot be reached \(ENOENT\)/,
        'kubectl -n kube-system rollout status daemonset/plexus',
      ],
      [
        /^\/opt\/cni\/bin\/ptp: speaks CNI 0\.1\.0 to 1\.0\.0, but definition default\/new is in 1\.1\.0: set its cniVersion to 1\.0\.0$/,
        undefined,
      ],
      [
        /^vendor: no such executable in .*, but definition default\/own needs it$/,
        `ls ${BIN_DIR} ${REFERENCE_PLUGINS}`,
      ],
      [/^container gone \(pod default\/web\): its sandbox .* is gone$/, 'plexus gc'],
      [
        /old\.json\.corrupt-1: a journal that could not be read was set aside$/,
        `rm ${node.folder}/state/plexus/old.json.corrupt-1`,
      ],
      [
        /^10\.62\.0\.99 of network bridge62 is held for container nobody, which nobody knows$/,
        'rm /var/lib/cni/networks/bridge62/10.62.0.99',
      ],
    ]
    assert.is(wrong.length, expected.length, JSON.stringify(wrong, null, 2))
    for (const [index, [message, mend]] of expected.entries()) {
      assert.match(wrong[index]?.message ?? '', message)
      assert.is(wrong[index]?.mend, mend)
    }
    assert.is(plexus(['gc']).status, 0)
    assert.not.match(plexus(['doctor']).stdout, /its sandbox/)
  })
})

test(
  'H4a: doctor says of which version the running agent is, and where the executable is of another',
  () =>
    withAgentNode({ delegates: [bridge(64)], binDir: BIN_DIR }, async ({ startAgent, socket, configFile }) => {
      mkdirSync(BIN_DIR, { recursive: true })
      copyFileSync(PLEXUS, `${BIN_DIR}/plexus`)
      await startAgent()
      const agentSection = (): Examined[number]['verdicts'] => {
        const { stdout } = plexus(['doctor', '--node-config', configFile, '--output', 'json'])
        return (JSON.parse(stdout) as Examined).find(({ what }) => what === 'Agent')?.verdicts ?? []
      }
      const version = plexus(['--version']).stdout.trim()
      assert.equal(agentSection(), [{ status: 'ok', message: `${socket}: the agent answers, version ${version}` }])
      writeFileSync(`${BIN_DIR}/plexus`, '#!/bin/sh\necho 9.8.7\n')
      chmodSync(`${BIN_DIR}/plexus`, 0o755)
      assert.equal(agentSection(), [
        {
          status: 'warning',
          message: `${socket}: the agent is of version ${version}, the executable is of 9.8.7`,
          mend: 'kubectl -n kube-system rollout restart daemonset/plexus',
        },
      ])
      rmSync(BIN_DIR, { recursive: true })
    }),
  { timeoutMs: 600_000 },
)

test('H4a: doctor says where there is no Plexus at all', () => {
  const { status, stdout } = plexus(['doctor'])
  assert.is(status, 1)
  assert.match(stdout, /\/etc\/cni\/net\.d has no node configuration of Plexus\n +mend: plexus install\n/)
})

test(
  'H4a: doctor asks the API server whether it has the definitions, and grants what Plexus asks it for',
  () =>
    withApiServer(async (api) => {
      const kubeconfig = api.kubeconfigFor({ token: PLEXUS_TOKEN })
      await withInstalled({ source: undefined, kubeconfig }, async () => {
        const section = () =>
          plexus(['doctor'])
            .stdout.split('\n\n')
            .find((one) => one.startsWith('API server'))
        assert.match(section() ?? '', /error +it does not let Plexus get pods\n +mend: kubectl apply -k deploy\/base/)
        for (const what of ['get network-attachment-definitions', 'patch pods/status', 'create events'])
          assert.ok(section()?.includes(`it does not let Plexus ${what}`), what)
        api.kubectl(['create', 'clusterrolebinding', 'plexus', '--clusterrole=cluster-admin', '--user=plexus'])
        assert.not.match(section() ?? '', /error/)
        assert.match(section() ?? '', /ok +it has NetworkAttachmentDefinitions/)
        await api.stop()
        assert.match(section() ?? '', /error +the API server cannot be asked: /)
      })
    }),
  { timeoutMs: 120_000 },
)

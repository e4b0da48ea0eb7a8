import { readFileSync, statSync } from 'node:fs'
import { bridge, CONTAINER, FIXTURE_PLUGINS, pod, recorder, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { plexus, withFiles } from './command.ts'

type Migrated = {
  readonly config: Record<string, unknown>
  readonly differences: readonly { readonly about: string; readonly what: string }[]
  readonly install: string
}

const THIN = {
  cniVersion: '0.4.0',
  name: 'multus-cni-network',
  type: 'multus',
  capabilities: { portMappings: true },
  kubeconfig: '/etc/cni/net.d/multus.d/multus.kubeconfig',
  retryDeleteOnError: true,
  delegates: [{ cniVersion: '0.4.0', name: 'base', plugins: [{ type: 'bridge', big: 2 ** 40 }] }],
}
const SHIM = {
  cniVersion: '1.0.0',
  name: 'multus-cni-network',
  plugins: [
    {
      type: 'multus-shim',
      clusterNetwork: '/host/etc/cni/net.d/10-calico.conflist',
      daemonSocketDir: '/run/multus/socket',
      logLevel: 'verbose',
    },
  ],
}
const DAEMON_SET = {
  kind: 'DaemonSet',
  metadata: { name: 'kube-multus-ds' },
  spec: {
    template: {
      spec: {
        initContainers: [{ name: 'install', command: ['/install_multus'], args: ['--type', 'thin'] }],
        containers: [
          {
            name: 'kube-multus',
            command: ['/thin_entrypoint'],
            args: [
              '--multus-conf-file=auto',
              '--namespace-isolation=true',
              '--global-namespaces=default,infra',
              '--multus-master-cni-file-name=10-calico.conflist',
              '--readiness-indicator-file',
              '/run/ready',
              '--cleanup-config-on-exit=true',
            ],
          },
        ],
      },
    },
  },
}

const migrated = (cwd: string, ...args: readonly string[]): Migrated =>
  JSON.parse(plexus(['migrate', ...args, '-o', 'json'], { cwd }).stdout)

test("H6a, J-Multus: migrate keeps what Multus' configuration says, and how Multus behaves", async () => {
  await withFiles({ '00-multus.conf': THIN }, (cwd) => {
    const { config, differences, install } = migrated(cwd, '00-multus.conf')
    const { type: _, retryDeleteOnError: __, ...kept } = THIN
    assert.equal(config, { ...kept, type: 'plexus', chaining: 'isolated', result: 'primary', multusCompatible: true })
    const about = differences.map((one) => one.about)
    for (const one of ['capabilities', 'retryDeleteOnError', 'runtimeConfig', 'logLevel'])
      assert.ok(about.includes(one), one)
    assert.not.ok(about.includes('the thick plugin'))
    assert.is(install, 'plexus install')
    assert.is(migrated(cwd, '00-multus.conf', '--plexus-defaults').config['chaining'], undefined)
  })
})

test("H6a, J-Multus: migrate takes the host's paths out of the shim's, and what its manifests say beside", async () => {
  const daemon = {
    kind: 'ConfigMap',
    data: { 'daemon-config.json': JSON.stringify({ confDir: '/host/etc/multus', socketDir: '/x' }) },
  }
  const manifests = { kind: 'List', items: [DAEMON_SET, daemon] }
  await withFiles({ '00-multus.conflist': SHIM, 'multus.json': manifests }, (cwd) => {
    const { config, differences, install } = migrated(cwd, '00-multus.conflist', '-m', 'multus.json')
    assert.equal(config, {
      cniVersion: '1.0.0',
      name: 'multus-cni-network',
      type: 'plexus',
      clusterNetwork: '/etc/cni/net.d/10-calico.conflist',
      chaining: 'isolated',
      result: 'primary',
      multusCompatible: true,
      globalNamespaces: 'default,infra',
      readinessindicatorfile: '/run/ready',
      namespaceIsolation: true,
      confDir: '/etc/multus',
      logLevel: 'verbose',
      kubeconfig: '/etc/cni/net.d/plexus.d/plexus.kubeconfig',
    })
    const about = differences.map((one) => one.about)
    for (const one of ['the thick plugin', 'kubeconfig', 'namespaceIsolation', '--cleanup-config-on-exit'])
      assert.ok(about.includes(one), one)
    assert.is(install, 'plexus install --default-network 10-calico.conflist --readiness-indicator-file /run/ready')
  })
})

test('H6a, J-Multus: what migrate makes attaches a pod', async () => {
  await withNode({}, async (node) => {
    const multus = {
      ...THIN,
      cniDir: `${node.folder}/state`,
      binDir: FIXTURE_PLUGINS,
      delegates: [bridge(64), recorder('b')],
    }
    await withFiles({ '00-multus.conf': multus }, async (cwd) => {
      const { kubeconfig: _, ...config } = migrated(cwd, '00-multus.conf').config
      node.apply(pod('web'))
      const call = (verb: string) =>
        node.call(verb, { stdin: JSON.stringify({ ...config, source: node.config['source'] }) })
      const { status, json } = await call('ADD')
      assert.is(status, 0, json.msg)
      assert.equal(json.interfaces?.map(({ name }) => name).slice(-1), ['eth0'])
      assert.ok(node.state().includes(`${CONTAINER}.json`))
      await call('DEL')
    })
  })
})

test('H6a, J-Multus: the configuration goes to standard output or a file, the differences to standard error', async () => {
  await withFiles({ '00-multus.conf': THIN, 'other.conf': bridge(1) }, (cwd) => {
    const { status, stdout, stderr } = plexus(['migrate', '00-multus.conf'], { cwd })
    assert.is(status, 0)
    assert.is(JSON.parse(stdout).type, 'plexus')
    assert.match(stderr, /What will be different:\n\n {2}- multusCompatible: /)
    assert.match(stderr, /plexus doctor\n$/)
    assert.ok(stderr.split('\n').every((line) => line.length <= 80))
    assert.is(plexus(['migrate', '00-multus.conf', '--write', 'new/00-plexus.conf'], { cwd }).stdout, '')
    assert.is(readFileSync(`${cwd}/new/00-plexus.conf`, 'utf8'), stdout)
    assert.is(statSync(`${cwd}/new/00-plexus.conf`).mode & 0o777, 0o600)
    const none = plexus(['migrate', 'other.conf'], { cwd })
    assert.is(none.status, 2)
    assert.match(none.stderr, /other\.conf: there is no configuration of Multus/)
  })
})

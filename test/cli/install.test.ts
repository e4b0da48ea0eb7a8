import { spawn } from 'node:child_process'
import { copyFileSync, linkSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { kubeconfigText } from '../../src/cli/install-kubeconfig.ts'
import { PLEXUS } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { CA, CALICO, CALICO_LIST, KUBECONFIG, NODE_CONFIG, until, withInstallNode } from './install-node.ts'

const EXECUTABLE = '/opt/cni/bin/plexus'

test('H6: install puts the executable, a kubeconfig and a node configuration around the default network', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    const { status, stdout, stderr } = await node.run('install')
    assert.is(status, 0, stderr)
    assert.match(
      stderr,
      /^\S+plexus\.kubeconfig: has this pod's own token, .*: it does not say which service account.*\n$/,
    )
    assert.match(stdout, /10-calico.conflist: is the default network/)
    assert.equal(JSON.parse(node.read(NODE_CONFIG) ?? ''), {
      cniVersion: '0.4.0',
      name: 'plexus-network',
      plugins: [
        {
          type: 'plexus',
          clusterNetwork: CALICO,
          capabilities: { portMappings: true, bandwidth: true },
          binDir: '/opt/cni/bin',
          cniDir: '/var/lib/cni/multus',
          kubeconfig: KUBECONFIG,
          agentSocket: '/run/plexus/agent.sock',
        },
      ],
    })
    assert.equal(parse(node.read(KUBECONFIG) ?? ''), {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'cluster',
          cluster: {
            server: 'https://10.96.0.1:443',
            'certificate-authority-data': Buffer.from(CA).toString('base64'),
          },
        },
      ],
      users: [{ name: 'plexus', user: { token: 'token-1' } }],
      contexts: [{ name: 'plexus', context: { cluster: 'cluster', user: 'plexus' } }],
      'current-context': 'plexus',
    })
    assert.is(node.read(EXECUTABLE), readFileSync(node.executable, 'utf8'))
    for (const [path, mode] of [
      [NODE_CONFIG, '600'],
      [KUBECONFIG, '600'],
      [EXECUTABLE, '755'],
    ] as const)
      assert.match(node.identity(path), `mode ${mode},`)
    assert.equal(node.names('/'), ['00-plexus.conflist', '10-calico.conflist', 'plexus', 'plexus.kubeconfig'])
  }))

test('K3: a second install touches nothing', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    await node.run('install')
    const identities = () => [NODE_CONFIG, KUBECONFIG, EXECUTABLE, CALICO].map(node.identity)
    const before = identities()
    const { status, stdout } = await node.run('install')
    assert.is(status, 0)
    assert.not.match(stdout, /written/)
    assert.equal(identities(), before)
  }))

test('K3: the executable is replaced while the old one runs, which goes on running', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    const installed = `${node.root}${EXECUTABLE}`
    copyFileSync('/bin/sleep', installed)
    const old = spawn(installed, ['60'])
    await new Promise((resolve) => old.once('spawn', resolve))
    try {
      assert.throws(() => openSync(installed, 'r+'), /ETXTBSY/)
      const { status, stderr } = await node.run('install')
      assert.is(status, 0, stderr)
      assert.is(node.read(EXECUTABLE), readFileSync(node.executable, 'utf8'))
      assert.is(old.exitCode, null)
      assert.is(readFileSync(`/proc/${old.pid}/cmdline`, 'utf8'), `${installed}\0${60}\0`)
    } finally {
      old.kill('SIGKILL')
    }
  }))

test(
  'K3: killed in the middle of copying, install leaves the old executable; the next one clears up',
  () =>
    withInstallNode(async (node) => {
      node.put(CALICO, CALICO_LIST)
      await node.run('install')
      const killed = node.start('install', '--executable-file', PLEXUS)
      await until(() => node.names('/opt/cni/bin').some((name) => name.startsWith('.plexus.new-')))
      await killed.stop('SIGKILL')
      assert.is(node.read(EXECUTABLE), readFileSync(node.executable, 'utf8'))
      const { status } = await node.run('install', '--executable-file', PLEXUS)
      assert.is(status, 0)
      assert.equal(node.names('/opt/cni/bin'), ['plexus'])
      assert.ok(readFileSync(`${node.root}${EXECUTABLE}`).equals(readFileSync(PLEXUS)))
    }),
  { timeoutMs: 60_000 },
)

test('H6: the default network and its readiness file are waited for; until then no configuration is written (6.1)', () =>
  withInstallNode(async (node) => {
    const install = node.start('install', '--readiness-indicator-file', '/run/calico/ready')
    await install.says('waiting for the default network: /etc/cni/net.d has no network configuration')
    assert.equal(node.names('/etc/cni/net.d'), ['plexus.kubeconfig'])
    node.put(CALICO, CALICO_LIST)
    await install.says(`waiting for the default network: ${node.root}/run/calico/ready does not exist`)
    assert.equal(node.names('/etc/cni/net.d'), ['10-calico.conflist', 'plexus.kubeconfig'])
    node.put('/run/calico/ready', '')
    assert.is((await install.ended).status, 0)
    assert.is(JSON.parse(node.read(NODE_CONFIG) ?? '').plugins[0].readinessindicatorfile, '/run/calico/ready')
  }))

test('H6: a readiness file that is empty, as deploy/ says it where a network has none, is not waited for', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    assert.is((await node.run('install', '--readiness-indicator-file=', '--timeout', '0')).status, 0)
    assert.is(JSON.parse(node.read(NODE_CONFIG) ?? '').plugins[0].readinessindicatorfile, undefined)
  }))

test('H6: told to end while it waits, install ends at once with status 1; after --timeout with 2 and the reason', () =>
  withInstallNode(async (node) => {
    const install = node.start('install')
    await install.says('waiting for')
    assert.is((await install.stop()).status, 1)
    const { status, stderr } = await node.run('install', '--timeout', '0', '--default-network', '20-lan.conf')
    assert.is(status, 2)
    assert.match(stderr, /no default network after 0 s: .*20-lan\.conf: cannot be read: no such file/)
  }))

test('H6: the first file that can be a cluster network is taken: not Plexus, Multus, loopback or an engine bridge', () =>
  withInstallNode(async (node) => {
    const list = (name: string, ...plugins: object[]) => ({ cniVersion: '1.0.0', name, plugins })
    await node.run('install', '--timeout', '0')
    symlinkSync('plexus', `${node.root}/opt/cni/bin/renamed`)
    linkSync(`${node.root}${EXECUTABLE}`, `${node.root}/opt/cni/bin/linked`)
    node.put('/etc/cni/net.d/00-broken.conflist', '{"name": "broken", "plugins": [')
    node.put('/etc/cni/net.d/00-empty.conf', '')
    node.put('/etc/cni/net.d/01-old.conf', { name: 'old', type: 'plexus', clusterNetwork: 'lan' })
    node.put('/etc/cni/net.d/02-renamed.conf', { name: 'renamed', type: 'renamed', clusterNetwork: 'lan' })
    node.put('/etc/cni/net.d/03-linked.conflist', list('linked', { type: 'linked' }))
    node.put('/etc/cni/net.d/04-meta.conf', { name: 'meta', type: 'meta', networks: [{ deep: { type: 'plexus' } }] })
    node.put('/etc/cni/net.d/05-multus.conf', { name: 'multus-cni-network', type: 'multus-shim' })
    node.put('/etc/cni/net.d/06-lo.conflist', list('lo', { type: 'loopback' }))
    node.put('/etc/cni/net.d/07-crio.conflist', list('crio', { type: 'bridge' }))
    node.put('/etc/cni/net.d/08-odd.conf', { name: 'odd', type: 'a\u0000b/../c', plugins: 7 })
    node.put('/etc/cni/net.d/90-lan.conflist', list('lan', { type: 'bridge' }))
    const { status, stdout, stderr } = await node.run('install')
    assert.is(status, 0, stderr)
    assert.match(stdout, /90-lan\.conflist: is the default network/)
    assert.match(stderr, /passed over: .*05-multus\.conf: is Multus; name it with --default-network/)
    assert.match(stderr, /passed over: .*07-crio\.conflist: is the container engine's own/)
    for (const own of ['01-old.conf', '02-renamed.conf', '03-linked.conflist', '04-meta.conf'])
      assert.match(stderr, `${own}: is Plexus itself`)
    assert.is(stderr.match(/passed over: /g)?.length, 10)
  }))

test('D4a: a default network that is Plexus itself is refused, and nothing is written', () =>
  withInstallNode(async (node) => {
    node.put('/etc/cni/net.d/20-own.conf', { name: 'own', type: 'plexus', clusterNetwork: 'lan' })
    const { status, stderr } = await node.run('install', '--default-network', '20-own.conf')
    assert.is(status, 2)
    assert.match(stderr, /--default-network: \/etc\/cni\/net\.d\/20-own\.conf is Plexus itself/)
    assert.is(node.read(NODE_CONFIG), undefined)
    assert.is((await node.run('install', '--default-network', NODE_CONFIG)).status, 2)
  }))

test('H6: the default network may be a file by name or path, or a folder that the runtime does not read (6.1.1)', () =>
  withInstallNode(async (node) => {
    const lan = { cniVersion: '0.3.1', name: 'lan', type: 'bridge' }
    const clusterNetwork = async (wanted: string) => {
      const { status, stderr } = await node.run('install', '--default-network', wanted)
      assert.is(status, 0, stderr)
      return JSON.parse(node.read(NODE_CONFIG) ?? '').plugins[0].clusterNetwork
    }
    node.put(CALICO, CALICO_LIST)
    node.put('/etc/cni/net.d/20-lan.conf', lan)
    node.put('/etc/cluster/50-lan.conf', lan)
    node.put('/etc/cluster/60-lan.conf', lan)
    assert.is(await clusterNetwork('20-lan.conf'), '/etc/cni/net.d/20-lan.conf')
    assert.is(await clusterNetwork('/etc/cluster/60-lan.conf'), '/etc/cluster/60-lan.conf')
    assert.is(await clusterNetwork('/etc/cluster/'), '/etc/cluster/50-lan.conf')
    assert.is(await clusterNetwork('auto'), CALICO)
  }))

test('G8a: where the default network is broken, what was written before stays, and is never empty', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    await node.run('install')
    const [before, identity] = [node.read(NODE_CONFIG), node.identity(NODE_CONFIG)]
    for (const broken of ['', '{}', '{"name": "k8s-pod-network", "plugins": [', '{"name":"x","plugins":[]}']) {
      node.put(CALICO, broken)
      const { status, stderr } = await node.run('install', '--timeout', '0')
      assert.is(status, 2)
      assert.match(stderr, '10-calico.conflist')
      assert.is(node.read(NODE_CONFIG), before)
      assert.is(node.identity(NODE_CONFIG), identity)
    }
  }))

test('G8a: a configuration is replaced by a rename: a reader of the old one has all of it', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    await node.run('install')
    const before = node.read(NODE_CONFIG) ?? ''
    const reader = openSync(`${node.root}${NODE_CONFIG}`, 'r')
    node.put(CALICO, { ...CALICO_LIST, cniVersion: '1.0.0' })
    await node.run('install')
    assert.is(readFileSync(reader, 'utf8'), before)
    assert.is(JSON.parse(node.read(NODE_CONFIG) ?? '').cniVersion, '1.0.0')
  }))

test('H6: --node-config adds keys; what is not valid is not written, and what is unknown is said', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    const more = `${node.folder}/node-config.json`
    const install = (keys: object | string) => {
      writeFileSync(more, typeof keys === 'string' ? keys : JSON.stringify(keys))
      return node.run('install', '--node-config', more)
    }
    const plain = await install({ cniVersion: '1.1.0', name: 'ours', namespaceIsolation: true, logLevl: 'debug' })
    assert.is(plain.status, 0)
    assert.match(plain.stderr, /unknown key "logLevl"; did you mean "logLevel"\?/)
    const written = node.read(NODE_CONFIG) ?? ''
    assert.is(JSON.parse(written).cniVersion, '1.1.0')
    assert.is(JSON.parse(written).name, 'ours')
    assert.is(JSON.parse(written).plugins[0].namespaceIsolation, true)
    for (const [keys, message] of [
      [{ namespaceIsolation: 'yes' }, 'namespaceIsolation: '],
      [{ cniVersion: '9.9.9' }, '"9.9.9" is not supported'],
      [{ name: '-' }, 'name: "-"'],
      [{ clusterNetwork: 'lan' }, '"clusterNetwork" is not said there but with --default-network'],
      [{ type: 'multus' }, '"type" is not said there but with --type'],
      ['', 'is empty'],
      ['[]', 'expected a JSON object'],
    ] as const) {
      const { status, stderr } = await install(keys)
      assert.is(status, 2)
      assert.match(stderr, message)
      assert.is(node.read(NODE_CONFIG), written)
    }
    assert.match((await node.run('install', '--node-config', '/nowhere')).stderr, /\/nowhere does not exist/)
  }))

test('B9: for CRI-O the configuration says result: primary', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    await node.run('install', '--runtime', 'crio')
    assert.is(JSON.parse(node.read(NODE_CONFIG) ?? '').plugins[0].result, 'primary')
  }))

test('H6: with --type multus the executable and the configuration have that name', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    assert.is((await node.run('install', '--type', 'multus')).status, 0)
    assert.equal(node.names('/opt/cni/bin'), ['multus'])
    assert.is(JSON.parse(node.read(NODE_CONFIG) ?? '').plugins[0].type, 'multus')
  }))

test('H6: a configuration that comes before ours is named, since the runtime takes that one', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    node.put('/etc/cni/net.d/00-broken.conf', '{')
    assert.is((await node.run('install')).stderr.includes('comes first'), false)
    node.put('/etc/cni/net.d/00-multus.conf', { name: 'multus-cni-network', type: 'multus' })
    const { status, stderr } = await node.run('install')
    assert.is(status, 0)
    assert.match(stderr, /00-multus\.conf: comes first, and the runtime takes it in place of .*00-plexus\.conflist/)
  }))

test('H6: without a service account a kubeconfig that is there is used and left alone; without both there is none', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    const without = ['--service-account', '/nowhere']
    const { status, stderr } = await node.run('install', ...without)
    assert.is(status, 0)
    assert.match(stderr, /no service account and no kubeconfig/)
    assert.is(JSON.parse(node.read(NODE_CONFIG) ?? '').plugins[0].kubeconfig, undefined)
    node.put('/root/admin.conf', '{"kind": "Config"}')
    await node.run('install', '--kubeconfig', '/root/admin.conf')
    assert.is(node.read('/root/admin.conf'), '{"kind": "Config"}')
    assert.is(JSON.parse(node.read(NODE_CONFIG) ?? '').plugins[0].kubeconfig, '/root/admin.conf')
  }))

test('H6: an empty token is said, and nothing is written', () =>
  withInstallNode(async (node) => {
    node.put(CALICO, CALICO_LIST)
    node.setToken('')
    const { status, stderr } = await node.run('install')
    assert.is(status, 2)
    assert.match(stderr, /serviceaccount\/token: is empty or missing/)
    assert.equal(node.names('/etc/cni/net.d'), ['10-calico.conflist'])
  }))

test('H6: the API server may have an IPv6 address; where none is said, the variables are named', () => {
  const account = { token: 'token', ca: CA }
  const text = kubeconfigText(account, { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' })
  assert.is(parse(text).clusters[0].cluster.server, 'https://[fd00::1]:6443')
  assert.throws(() => kubeconfigText(account, { KUBERNETES_SERVICE_HOST: 'fd00::1' }), /KUBERNETES_SERVICE_PORT/)
})

test('H6: paths of the host must be absolute', () =>
  withInstallNode(async (node) => {
    const { status, stderr } = await node.run('install', '--cni-bin-dir', 'bin')
    assert.is(status, 2)
    assert.match(stderr, /--cni-bin-dir: "bin" is not an absolute path/)
  }))

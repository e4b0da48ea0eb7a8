import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { plexus, withFiles } from '../cli/command.ts'
import { bridge, pod } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { inTemporaryFolder } from '../host/temporary.ts'
import { withMadePart } from './made-part.ts'
import { addresses } from './namespaces.ts'
import { BIN_DIR, exampleOf, keptByProvider, layFake, withProvider } from './provider-ground.ts'
import { type Trial, trial, trialTable, tryOut } from './provider-trial.ts'
import { PROVIDERS, type ProviderId, SUBNET_ENV } from './providers.ts'

const DOCUMENT = new URL('../../docs/providers.md', import.meta.url)
const timeoutMs = 180_000

function assertWorks(found: Trial, interfaces: RegExp, planned: string): void {
  const { parsed, del, add, beside } = found
  assert.equal([parsed, del, found.planned], ['ok', 'ok', planned])
  // Which addresses a provider's own program gives is its own affair.
  const wanted = found.plugins.includes('` real') ? '^eth0 \\S+' : interfaces.source
  assert.match(add, new RegExp(wanted))
  assert.match(beside, new RegExp(`${wanted}, net1 10\\.88\\.90\\.2/24$`))
}

test(
  'J-Calico: its list is the default network: fake calico gets its fields as they were written, portmap and macvlan are real',
  async () => {
    const found = await trial('J-Calico')
    assertWorks(found, /^eth0 192\.168\.77\.\d+\/26/, 'calico → portmap → bandwidth; macvlan')
    assert.is(found.check, 'ok, as CNI 0.4.0')
  },
  { timeoutMs },
)

test(
  'J-Flannel: fake flannel reads subnet.env and has the real bridge do the work; its state goes with the pod',
  async () => {
    const found = await trial('J-Flannel')
    assertWorks(found, /^eth0 10\.244\.1\.\d+\/24/, 'flannel → portmap; macvlan')
    assert.is(found.check, 'ok, as CNI 1.0.0')
  },
  { timeoutMs },
)

test(
  'J-Cilium: fake cilium-cni is the default network, and chained after the real ptp it gets its result',
  async () => {
    assertWorks(await trial('J-Cilium'), /^eth0 10\.0\.1\.\d+\/24/, 'cilium-cni; bridge')
    const chained = await trial('J-Cilium-chained')
    assertWorks(chained, /^eth0 10\.244\.2\.\d+\/24/, 'ptp → portmap → cilium-cni; bridge')
    assert.is(chained.check, 'ok, as CNI 1.0.0')
  },
  { timeoutMs },
)

test(
  'J-Weave: fake weave-net and the real portmap, in the version 0.3.0 of their list',
  async () => {
    assertWorks(await trial('J-Weave'), /^eth0 10\.32\.0\.\d+\/12/, 'weave-net → portmap; bridge')
  },
  { timeoutMs },
)

test(
  'J-Canal: fake calico with the addresses of the node (usePodCidr), the real portmap and bandwidth',
  async () => {
    assertWorks(await trial('J-Canal'), /^eth0 10\.244\.1\.\d+\/24/, 'calico → portmap → bandwidth; macvlan')
  },
  { timeoutMs },
)

test(
  "J-Multus: fake multus is the default network, and runs its own delegates; a pod's networks are attached by Plexus",
  async () => {
    assertWorks(await trial('J-Multus'), /^eth0 10\.88\.70\.\d+\/24/, 'multus; bridge')
  },
  { timeoutMs },
)

test(
  'J-Macvlan: the real macvlan is the default network, the real bridge beside it',
  async () => {
    const found = await trial('J-Macvlan')
    assertWorks(found, /^eth0 10\.88\.80\.\d+\/24/, 'macvlan; bridge')
    assert.is(found.check, 'ok, as CNI 1.0.0')
  },
  { timeoutMs },
)

test(
  'J-Multus: fake multus has Plexus as its delegate, which attaches its own default network, and DEL leaves nothing',
  async () => {
    await withProvider(PROVIDERS['J-Multus'], {}, async (node) => {
      const file = exampleOf(PROVIDERS['J-Multus'], '00-multus-over-plexus.conf')
      const config = JSON.parse(readFileSync(file, 'utf8'))
      const [{ kubeconfig: _, ...plexus }] = config.delegates
      const delegates = [{ ...plexus, cniDir: `${node.folder}/state`, delegateEnvironment: ['FAKE_PROVIDER_CONFIG'] }]
      writeFileSync('/etc/cni/net.d/20-bridge.conflist', JSON.stringify(bridge(41, { cniVersion: '0.3.1' })))
      const asked = JSON.stringify({ ...config, delegates })
      writeFileSync(`${node.folder}/asked.conf`, asked)
      const env = { CNI_PATH: BIN_DIR, FAKE_PROVIDER_CONFIG: `${node.folder}/asked.conf` }
      const call = (verb: string) => node.attach(verb, 'web', { stdin: asked, env, command: [`${BIN_DIR}/multus`] })
      const added = await call('ADD')
      assert.is(added.status, 0, added.stdout)
      assert.equal(addresses('eth0', node.netns), ['10.41.0.2/16'])
      assert.is((await call('DEL')).status, 0)
      assert.equal([...keptByProvider(), ...node.state()], [])
    })
  },
  { timeoutMs },
)

test(
  'J-Calico: a field that is changed on the way, and a file that is missing, are refused by the fake',
  async () => {
    await withProvider({ ...PROVIDERS['J-Calico'], realIn: '' }, {}, async (node) => {
      node.apply(pod('web'))
      const other = `${node.folder}/other.conflist`
      const text = readFileSync(exampleOf(PROVIDERS['J-Calico'], '10-calico.conflist'), 'utf8')
      writeFileSync(other, text.replace('"node1"', '"node2"'))
      const changed = await node.attach('ADD', 'web', { env: { CNI_PATH: BIN_DIR, FAKE_PROVIDER_CONFIG: other } })
      assert.is(changed.json.code, 199)
      assert.match(changed.json.msg ?? '', '"nodename" is "node1", the configuration says "node2"')
      rmSync('/etc/cni/net.d/calico-kubeconfig')
      assert.match((await node.attach('ADD', 'web')).json.msg ?? '', 'there is no /etc/cni/net.d/calico-kubeconfig')
    })
  },
  { timeoutMs },
)

test(
  'J-Calico, J-Flannel: programs of a folder that is named are run in the place of the fakes; one that it lacks is named',
  async () => {
    await inTemporaryFolder(async (realIn) => {
      // A fake cannot but stand in for the real one here. It tells of its calls.
      layFake(`${realIn}/fake`, 'calico')
      const script = `#!/bin/sh\necho "$CNI_COMMAND" >>${realIn}/calls\nexec ${realIn}/fake\n`
      writeFileSync(`${realIn}/calico`, script, { mode: 0o755 })
      const found = await tryOut({ ...PROVIDERS['J-Calico'], realIn })
      assertWorks(found, /^eth0 \S+/, 'calico → portmap → bandwidth; macvlan')
      assert.match(trialTable([found]), '| Calico | `calico` real | ok |')
      const calls = readFileSync(`${realIn}/calls`, 'utf8').trim().split('\n')
      assert.equal(calls, ['ADD', 'DEL', 'ADD', 'DEL', 'ADD', 'CHECK', 'DEL'])

      const lacking = tryOut({ ...PROVIDERS['J-Flannel'], realIn }).then(String, String)
      assert.match(
        await lacking,
        `PLEXUS_PROVIDER_BIN: ${realIn}/flannel is not there, or is no executable; put it there`,
      )
    })
  },
  { timeoutMs },
)

test(
  'J-Calico, J-Flannel, J-Cilium, J-Weave, J-Canal, J-Multus, J-Macvlan: plexus install writes what the examples have',
  async () => {
    for (const provider of Object.values(PROVIDERS)) {
      await withFiles({ 'account/token': 'token', 'account/ca.crt': 'ca' }, (folder) => {
        const root = `${folder}/host`
        for (const name of ['opt/cni/bin', 'etc/cni/net.d', 'var/lib/cni/multus'])
          mkdirSync(`${root}/${name}`, { recursive: true })
        copyFileSync(exampleOf(provider, provider.file), `${root}/etc/cni/net.d/${provider.file}`)
        const example = readFileSync(exampleOf(provider, '00-plexus.conflist'), 'utf8')
        const ready: string = JSON.parse(example).plugins[0].readinessindicatorfile ?? ''
        // The installer waits for it.
        if (ready) mkdirSync(dirname(root + ready), { recursive: true })
        if (ready) writeFileSync(root + ready, '')
        const where = ['--host-root', root, '--skip-executable', '--service-account', `${folder}/account`]
        const what = ['--timeout', '20', '--default-network', provider.file, '--readiness-indicator-file', ready]
        const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '6443' }
        const { status, stderr } = plexus(['install', ...where, ...what], { env })
        assert.is(status, 0, `${provider.title}: ${stderr}`)
        assert.is(readFileSync(`${root}/etc/cni/net.d/00-plexus.conflist`, 'utf8'), example, provider.title)
      })
    }
  },
  { timeoutMs },
)

test('J-Flannel: the subnet.env of the tests is that of the example', () => {
  const example = new URL('../../examples/providers/flannel/subnet.env', import.meta.url)
  assert.is(readFileSync(example, 'utf8'), SUBNET_ENV)
})

test(
  'J-Calico, J-Flannel, J-Cilium, J-Weave, J-Canal, J-Multus, J-Macvlan: docs/providers.md says what each provider did',
  async () => {
    const trials = []
    for (const id of Object.keys(PROVIDERS) as ProviderId[]) trials.push(await trial(id))
    const text = withMadePart(readFileSync(DOCUMENT, 'utf8'), trialTable(trials))
    if (process.env['UPDATE_DOCS']) writeFileSync(DOCUMENT, text)
    assert.is(readFileSync(DOCUMENT, 'utf8'), text)
  },
  { timeoutMs: 600_000 },
)

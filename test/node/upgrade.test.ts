import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { bridge, definition } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { assertStatus } from './expected-pod.ts'
import { withMadePart } from './made-part.ts'
import { applyManifests, changeVersion, makeAgentPod } from './node-agent.ts'
import { importImages } from './node-daemons.ts'
import { BIN_DIR } from './node-ground.ts'
import { plexusArchive } from './node-images.ts'
import { startLoad } from './node-load.ts'
import { JOURNAL } from './node-plexus.ts'
import { awaited, awaitRunning, deletePods, execIn, networkStatus, nodePod, nodePodSpec } from './node-pods.ts'
import { type RealNode, startRealNode, stock } from './real-node.ts'
import { LAN, STORAGE } from './test-networks.ts'
import { type Change, changeTable, LOG_KEYS, logged, meanwhile, succeeded } from './upgrade-record.ts'

// One node for the whole file, with Plexus as deploy/ puts it on a cluster's nodes, in one version and then the other.
const ROOT = new URL('../../', import.meta.url).pathname
const DOCUMENT = `${ROOT}docs/upgrading.md`
const [EARLIER, LATER] = ['0.1.0', '0.2.0']
const timeoutMs = 600_000
let started: Promise<RealNode> | undefined

function theNode(): Promise<RealNode> {
  started ??= startRealNode()
  return started
}

function installedVersion(): string {
  return execFileSync(`${BIN_DIR}/plexus`, ['--version'], { encoding: 'utf8' }).trim()
}

test(
  'harness: a node has Plexus in one version, which logs every call, and the image of a later one',
  async () => {
    const { api, folder } = await theNode()
    const executable = `${folder}/plexus-of-${LATER}`
    // The same source, told another version.
    execFileSync('sh', [`${ROOT}scripts/build-executable.sh`, '', executable, LATER], { stdio: 'pipe' })
    await importImages(folder, plexusArchive(folder, LATER, executable))
    applyManifests(api, 'overlays/containerd')
    const settings = { 'node-config.json': JSON.stringify(LOG_KEYS) }
    api.apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'plexus-node', namespace: 'kube-system' },
        data: settings,
      },
      LAN,
      STORAGE,
    )
    makeAgentPod(api)
    assert.is(installedVersion(), EARLIER)
  },
  { timeoutMs },
)

test(
  'K3, G4, A6: from a version to the next and back, twice, under load: every pod starts and goes, and what runs goes on',
  async () => {
    const node = await theNode()
    const { api } = node
    const before = stock()
    api.apply(nodePod('callee', 'lan,storage'))
    awaitRunning(api, ['callee'])
    const callee = assertStatus(api, 'callee')
    const targets = callee.flatMap(({ ips = [] }) => ips)
    api.apply(callerOf(targets))
    awaitRunning(api, ['caller'])
    const caller = assertStatus(api, 'caller')

    const load = startLoad(api, 8)
    await awaited('the load', () => readdirSync(JOURNAL).length >= 6 || undefined)
    const changes: Change[] = []
    for (const to of [LATER, EARLIER, LATER, EARLIER]) changes.push(changed(node, to))
    const lives = await load.end()

    for (const { pod, interfaces } of lives) assert.equal(interfaces, ['eth0', 'net1', 'net2'], pod)
    for (const change of changes)
      for (const what of ['asked', 'deleted'] as const)
        assert.ok(meanwhile(lives, what, change).length > 0, `${what} in ${change.from} to ${change.to}`)
    for (const target of targets) assertAnswered(execIn(api, 'caller', ['cat', `/tmp/${target}`]))
    assert.equal([assertStatus(api, 'callee'), assertStatus(api, 'caller')], [callee, caller])
    for (const pod of ['callee', 'caller']) assert.is(restartsOf(node, pod), '0')
    deletePods(api, ['callee', 'caller'])
    assertNothingFailed(node)
    assert.equal(stock(), before)
    const table = changeTable(changes, lives)
    if (process.env['UPDATE_DOCS']) writeFileSync(DOCUMENT, withMadePart(readFileSync(DOCUMENT, 'utf8'), table))
  },
  { timeoutMs },
)

test(
  'K3, G5: an ADD that is half done when the version changes is finished by the version that began it, and told of',
  async () => {
    const { api } = await theNode()
    const before = stock()
    const [begun, go] = layPatientPlugin()
    api.apply(
      definition('patient', bridge(33, { type: 'patient', bridge: 'br-patient' })),
      nodePod('halfway', 'patient'),
    )
    await awaited('the ADD', () => existsSync(begun) || undefined)
    changeVersion(api, LATER)
    assert.is(installedVersion(), LATER)
    assert.equal(
      containersInJournal().map((containerId) => succeeded('ADD').has(containerId)),
      [false],
    )
    writeFileSync(go, '')
    awaitRunning(api, ['halfway'])
    const status = await awaited('the status', () => networkStatus(api, 'halfway')[1] && networkStatus(api, 'halfway'))
    assert.match(execIn(api, 'halfway', ['ip', 'address', 'show', 'dev', 'net1']), `inet ${status?.[1]?.ips?.[0]}/16`)
    deletePods(api, ['halfway'])
    assert.equal(stock(), before)
  },
  { timeoutMs },
)

// Calls the callee by each of its addresses, five times a second.
function callerOf(targets: readonly string[]): object {
  const calls = targets.map((target) => `ping -i 0.2 ${target} >/tmp/${target} &`)
  return { ...nodePod('caller', 'lan,storage'), spec: nodePodSpec(['sh', '-c', `${calls.join(' ')} wait`]) }
}

// A pod that one version attached is there while it is changed for another, and then deleted by that.
function changed({ api }: RealNode, to: string): Change {
  const from = installedVersion()
  const pod = `made-by-${from}`
  api.apply(nodePod(pod, 'lan,storage'))
  awaitRunning(api, [pod])
  const began = Date.now()
  changeVersion(api, to)
  const ended = Date.now()
  assert.is(installedVersion(), to)
  assertStatus(api, pod)
  deletePods(api, [pod])
  return { from, to, began, ended }
}

function assertAnswered(printed: string): void {
  const answers = [...printed.matchAll(/ seq=(\d+) /g)].map(([, number]) => Number(number))
  assert.ok(answers.length > 0, printed)
  assert.equal(
    answers,
    answers.map((_, index) => index),
  )
}

function restartsOf({ api }: RealNode, pod: string): string {
  return api.kubectl(['get', 'pod', pod, '-o', 'jsonpath={.status.containerStatuses[0].restartCount}']).stdout
}

// By what the kubelet, the runtime and Plexus say, each for itself.
function assertNothingFailed({ api, containerd }: RealNode): void {
  const { items } = JSON.parse(api.kubectl(['get', 'events', '--field-selector', 'type=Warning', '-o', 'json']).stdout)
  const warnings = items.filter(({ reason }: { readonly reason: string }) => reason !== 'MissingClusterDNS')
  assert.equal(warnings, [])
  assert.not.match(containerd.log(), /failed to (setup|destroy) network/)
  assert.equal(
    logged().filter(({ level }) => level === 'error'),
    [],
  )
  assert.equal([...succeeded('ADD')].sort(), [...succeeded('DEL')].sort())
  assert.ok(succeeded('ADD').size > 0)
}

// A bridge whose ADD says that it has begun, and goes on when it is told to.
function layPatientPlugin(): readonly [begun: string, go: string] {
  mkdirSync('/run/patient')
  const [begun, go] = ['/run/patient/begun', '/run/patient/go']
  const wait = `touch ${begun}; while [ ! -e ${go} ]; do sleep 0.1; done`
  const script = `#!/bin/sh\n[ "$CNI_COMMAND" != ADD ] || { ${wait}; }\nexec ${BIN_DIR}/bridge\n`
  writeFileSync(`${BIN_DIR}/patient`, script, { mode: 0o755 })
  return [begun, go]
}

function containersInJournal(): readonly string[] {
  return readdirSync(JOURNAL)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
}

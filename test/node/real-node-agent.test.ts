import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { assert, test } from '../harness.ts'
import { assertStatus, expectedEvents, sortedEvents } from './expected-pod.ts'
import { AGENT_POD, agentFigures, agentProcess, deployPlexus } from './node-agent.ts'
import { CONF_DIR } from './node-ground.ts'
import { JOURNAL, PLEXUS_USER } from './node-plexus.ts'
import { awaited, awaitRunning, deletePods, execIn, nodePod, plexusEvents } from './node-pods.ts'
import { type RealNode, startRealNode, stock } from './real-node.ts'
import { LAN, STORAGE } from './test-networks.ts'

// One node for the whole file, with Plexus as deploy/ puts it on a cluster's nodes.
const timeoutMs = 240_000
let started: Promise<RealNode> | undefined

function theNode(): Promise<RealNode> {
  started ??= startRealNode()
  return started
}

async function theAgent(): Promise<number> {
  return awaited('the process of the agent', agentProcess)
}

const twenty = Array.from({ length: 20 }, (_, index) => `one-of-twenty-${index + 1}`)

test(
  'K2, H6, G6: what deploy/ applies for containerd installs Plexus on a node, and its agent comes up and is ready',
  async () => {
    const { api } = await theNode()
    deployPlexus(api)
    for (const path of ['healthz', 'readyz']) assert.is((await fetch(`http://127.0.0.1:9646/${path}`)).status, 200)
    api.apply(LAN, STORAGE)
  },
  { timeoutMs: 600_000 },
)

test(
  'K2: the agent has no capability, cannot gain one, cannot write to its root, and shares its network and name alone with the node',
  async () => {
    await theNode()
    const pid = await theAgent()
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      assert.match(status, `${set}:\t0000000000000000`)
    assert.match(status, 'NoNewPrivs:\t1')
    assert.match(status, 'Seccomp:\t2')
    assert.match(readFileSync(`/proc/${pid}/mountinfo`, 'utf8'), /^\S+ \S+ \S+ \/ \/ ro,/m)
    // Kubernetes gives a pod of the host's network the host's name as well.
    const shared = ['ipc', 'mnt', 'net', 'pid', 'uts'].filter(
      (kind) => readlinkSync(`/proc/${pid}/ns/${kind}`) === readlinkSync(`/proc/self/ns/${kind}`),
    )
    assert.equal(shared, ['net', 'uts'])
  },
  { timeoutMs },
)

test(
  'G2, E1, G7: with the agent an ADD costs the API server one write of the status and no read, and a DEL nothing',
  async () => {
    const { api } = await theNode()
    const before = stock()
    // /version is what tells the installer that stays whether its token is refused.
    const isOfPods = (uri: string) => !uri.includes('/events') && uri !== '/version'
    const requests = () =>
      api
        .audit()
        .filter(({ user, verb, uri }) => user === PLEXUS_USER && verb !== 'watch' && isOfPods(uri))
        .map(({ verb, uri, status }) => `${status} ${verb} ${uri}`)
    const earlier = requests().length
    api.apply(nodePod('counted', 'lan,storage'))
    awaitRunning(api, ['counted'])
    const wanted = await awaited('the status', () => (requests().length > earlier ? requests() : undefined))
    assert.equal(wanted.slice(earlier), ['200 patch /api/v1/namespaces/default/pods/counted/status'])
    const status = assertStatus(api, 'counted')
    await awaited('the Events', () => plexusEvents(api, 'counted').length === 3 || undefined)
    assert.equal(sortedEvents(api, 'counted'), expectedEvents(status))
    deletePods(api, ['counted'])
    assert.is(requests().length, earlier + 1)
    assert.equal(stock(), before)
  },
  { timeoutMs },
)

test(
  'G7: of a pod that fails again and again there is one Event, which counts how often',
  async () => {
    const { api } = await theNode()
    api.apply(nodePod('typing', [{ name: 'lan', interfce: 'lan0' }]))
    await awaited('the second failure', () => plexusEvents(api, 'typing').some(({ count }) => count > 1) || undefined)
    assert.equal(
      plexusEvents(api, 'typing').map(({ reason }) => reason),
      ['FailedAttachment'],
    )
    deletePods(api, ['typing'])
  },
  { timeoutMs },
)

test(
  'G3, G4, E2, G7: twenty pods start while the agent is killed: all run, each status is right, no Event is lost or doubled',
  async () => {
    const { api } = await theNode()
    const before = stock()
    const killed = await theAgent()
    api.apply(...twenty.map((name) => nodePod(name, 'lan,storage')))
    await awaited('the first pods', () => readdirSync(JOURNAL).length > 4 || undefined)
    process.kill(killed, 'SIGKILL')
    awaitRunning(api, twenty)
    awaitRunning(api, [AGENT_POD], 'kube-system')
    assert.is.not(await theAgent(), killed)
    for (const name of twenty) {
      await awaited(`the Events of ${name}`, () => plexusEvents(api, name).length >= 3 || undefined)
      assert.equal(sortedEvents(api, name), expectedEvents(assertStatus(api, name)), name)
    }
    deletePods(api, twenty)
    assert.equal(stock(), before)
  },
  { timeoutMs },
)

test(
  'G6: the metrics count one pod more: its calls, delegates, status and Events; and what they measure is there no more',
  async () => {
    const { api } = await theNode()
    const settled = () =>
      awaited('the last report to be told', async () => {
        const figures = await agentFigures()
        return figures['plexus_reports_pending'] === 0 ? figures : undefined
      })
    const before = await settled()
    api.apply(nodePod('measured', 'lan,storage'))
    awaitRunning(api, ['measured'])
    await awaited('the Events', () => plexusEvents(api, 'measured').length === 3 || undefined)
    deletePods(api, ['measured'])
    const after = await settled()
    const grown = (series: string) => (after[series] ?? 0) - (before[series] ?? 0)
    const runs = (network: string, plugin: string) =>
      `plexus_delegate_duration_seconds_count{network="${network}",plugin="${plugin}",verb="ADD"}`
    for (const series of [
      'plexus_calls_total{verb="ADD",outcome="success",code="0"}',
      'plexus_call_duration_seconds_count{verb="ADD"}',
      runs('cluster-net', 'bridge'),
      runs('cluster-net', 'portmap'),
      runs('lan', 'macvlan'),
      runs('bridge30', 'bridge'),
      'plexus_reports_total',
      'plexus_api_request_duration_seconds_count{method="PATCH",status="ok"}',
    ])
      assert.is(grown(series), 1, series)
    assert.is(grown('plexus_events_total{reason="AddedInterface"}'), 3)
    assert.ok(grown('plexus_calls_total{verb="DEL",outcome="success",code="0"}') >= 1)
    for (const name of ['turns_running', 'turns_waiting', 'journal_containers', 'pods_without_networks'])
      assert.is(after[`plexus_${name}`], 0, name)
    assert.equal(
      [after['plexus_seen_pods'], after['plexus_seen_definitions'], after['plexus_config_in_place']],
      [1, 2, 1],
    )
  },
  { timeoutMs },
)

test(
  'K3, G4, G5, A6: while the pod of deploy/ is replaced, pods are deleted, and one that comes runs with its networks',
  async () => {
    const { api } = await theNode()
    api.apply(nodePod('earlier', 'lan,storage'))
    awaitRunning(api, ['earlier'])
    deletePods(api, [AGENT_POD], 'kube-system')
    assert.is(agentProcess(), undefined)
    deletePods(api, ['earlier'])
    assert.equal(stock().files, [])

    api.apply(nodePod('meanwhile', 'lan,storage'))
    awaitRunning(api, ['meanwhile'])
    assert.equal(sortedEvents(api, 'meanwhile'), expectedEvents(assertStatus(api, 'meanwhile')))
    deletePods(api, ['meanwhile'])
    assert.equal(stock().files, [])

    deployPlexus(api)
    api.apply(nodePod('later', 'lan,storage'))
    awaitRunning(api, ['later'])
    assertStatus(api, 'later')
    deletePods(api, ['later'])
    assert.equal(stock().files, [])
  },
  { timeoutMs },
)

test(
  'K2, K3: what deploy/uninstall applies gives the node back to its default network, which the next pod has alone',
  async () => {
    const { api } = await theNode()
    deletePods(api, [AGENT_POD], 'kube-system')
    deployPlexus(api, 'uninstall')
    assert.equal(readdirSync(CONF_DIR), ['10-cluster.conflist'])
    api.apply(nodePod('plain', 'lan'))
    awaitRunning(api, ['plain'])
    assert.is(execIn(api, 'plain', ['ip', '-oneline', 'link']).trim().split('\n').length, 2)
    deletePods(api, ['plain'])
    assert.equal(stock().leases, [])
  },
  { timeoutMs },
)

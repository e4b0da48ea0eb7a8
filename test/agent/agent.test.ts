import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { bridge, definition, PLEXUS, recorder } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { PLEXUS_TOKEN } from '../node/kube-apiserver.ts'
import {
  eventsAbout,
  eventually,
  nodePod,
  setStatus,
  statusIn,
  textIn,
  withAgentNode,
  writeConfig,
} from './agent-node.ts'

const DEFAULT = { delegates: [bridge(10)] }
const TIMEOUT = { timeoutMs: 180_000 }

test(
  'G2, E1, G7: with the agent an ADD costs the API server one write and no read, and the pod has its status and its Events',
  async () => {
    await withAgentNode(DEFAULT, async ({ api, node, startAgent }) => {
      api.apply(definition('lan', bridge(20)), nodePod('web', 'lan'))
      const agent = await startAgent()
      const before = api.audit().length
      const { status, json } = await node.call('ADD')
      assert.is(status, 0, JSON.stringify(json))
      assert.equal(
        json.interfaces?.filter(({ sandbox }) => sandbox).map(({ name }) => name),
        ['eth0', 'net1'],
      )
      await eventually(() => eventsAbout(api, 'web').length === 2)
      assert.equal(
        statusIn(api, 'web')?.map(({ name, interface: ifName }) => [name, ifName]),
        [
          ['bridge10', 'eth0'],
          ['default/lan', 'net1'],
        ],
      )
      assert.equal((await node.call('DEL')).status, 0)
      const requests = api
        .audit()
        .slice(before)
        .filter(({ user }) => user === 'plexus')
      assert.equal(
        requests.map(({ verb, uri }) => `${verb} ${uri}`).sort(),
        [
          'create /api/v1/namespaces/default/events',
          'create /api/v1/namespaces/default/events',
          'patch /api/v1/namespaces/default/pods/web/status',
        ],
        JSON.stringify(agent.log()),
      )
      assert.is(await agent.end('SIGTERM'), 0)
    })
  },
  TIMEOUT,
)

test(
  'G4, A6: an agent that is away, frozen or killed in the middle of a call is done without, and what it misses is told all the same',
  async () => {
    await withAgentNode({ delegates: [recorder('first', { pause: 'ADD' })] }, async ({ api, node, startAgent }) => {
      const names = ['away', 'killed', 'frozen']
      api.apply(...names.map((name) => nodePod(name, '')))
      const go = (): void => writeFileSync(`${node.folder}/records/go`, '')
      const wait = (): void => rmSync(`${node.folder}/records/go`, { force: true })

      go()
      assert.is((await node.call('ADD', { pod: 'away', containerId: 'away' })).status, 0)
      assert.ok(statusIn(api, 'away'))

      wait()
      const agent = await startAgent()
      const runs = node.recorded().length
      const killed = node.start('ADD', { pod: 'killed', containerId: 'killed' })
      await eventually(() => node.recorded().length > runs)
      await agent.end('SIGKILL')
      go()
      assert.is((await killed.ended).status, 0)
      assert.ok(statusIn(api, 'killed'))

      const next = await startAgent()
      next.process.kill('SIGSTOP')
      const frozen = await node.call('ADD', { pod: 'frozen', containerId: 'frozen' })
      assert.is(frozen.status, 0)
      assert.match(frozen.stderr, 'the node agent does not answer; the call goes on without it')
      assert.ok(statusIn(api, 'frozen'))
      for (const name of names) assert.is((await node.call('DEL', { pod: name, containerId: name })).status, 0)
      assert.equal(node.state(), [])
    })
  },
  TIMEOUT,
)

test(
  'E2, G2: a status waits for an API server that is away, in the agent and in the one after it, and the pod does not',
  async () => {
    await withAgentNode(DEFAULT, async ({ api, node, startAgent, health }) => {
      api.apply(definition('lan', bridge(20)), nodePod('web', 'lan'))
      const agent = await startAgent()
      await api.stop()
      assert.is((await node.call('ADD')).status, 0)
      await eventually(async () =>
        /^plexus_report_retries_total\{what="status"\} [1-9]/m.test((await health('/metrics')).text),
      )
      await agent.end('SIGKILL')
      await startAgent('/healthz')
      await api.start()
      await eventually(() => statusIn(api, 'web') !== undefined)
      await eventually(() => eventsAbout(api, 'web').length === 2)
      assert.equal(
        eventsAbout(api, 'web').map((event) => event.replace(/\[.*\]/, '[…]')),
        ['AddedInterface: Add eth0 […] from bridge10 ×1', 'AddedInterface: Add net1 […] from default/lan ×1'],
      )
    })
  },
  TIMEOUT,
)

test(
  'E2: what was told to nobody is found in the journal by an agent that comes up later',
  async () => {
    await withAgentNode(DEFAULT, async ({ api, node, startAgent }) => {
      api.apply(nodePod('web', ''))
      assert.is((await node.call('ADD')).status, 0)
      const cleared = '{"metadata":{"annotations":{"k8s.v1.cni.cncf.io/network-status":null}}}'
      api.kubectl(['patch', 'pod', 'web', '--type=merge', '-p', cleared])
      assert.is(statusIn(api, 'web'), undefined)
      await startAgent()
      await eventually(() => statusIn(api, 'web') !== undefined)
      assert.is(statusIn(api, 'web')?.[0]?.['interface'], 'eth0')
    })
  },
  TIMEOUT,
)

test(
  'G3: no more calls than maxConcurrent run delegates at once, DELs go first, and a caller that is killed gives its turn back',
  async () => {
    const keys = { delegates: [recorder('first', { pause: 'ADD' })], maxConcurrent: 1 }
    await withAgentNode(keys, async ({ api, node, startAgent, health }) => {
      const names = ['gone', 'one', 'two', 'three']
      api.apply(...names.map((name) => nodePod(name, '')))
      await startAgent()
      const waiting = async (): Promise<number> =>
        Number(/^plexus_turns_waiting (\d+)/m.exec((await health('/metrics')).text)?.[1])
      writeFileSync(`${node.folder}/records/go`, '')
      assert.is((await node.call('ADD', { pod: 'gone', containerId: 'gone' })).status, 0)
      rmSync(`${node.folder}/records/go`)

      const calls = [node.start('ADD', { pod: 'one', containerId: 'one' })]
      await eventually(() => node.recorded().length === 2)
      for (const name of ['two', 'three']) {
        calls.push(node.start('ADD', { pod: name, containerId: name }))
        await eventually(async () => (await waiting()) === calls.length - 1)
      }
      const del = node.start('DEL', { pod: 'gone', containerId: 'gone' })
      await eventually(async () => (await waiting()) === 3)
      const verbs = (): readonly string[] =>
        node.recorded().map(({ env }) => `${env['CNI_COMMAND']} ${env['CNI_CONTAINERID']}`)
      assert.equal(verbs(), ['ADD gone', 'ADD one'])

      process.kill(calls[0]?.pid ?? 0, 'SIGKILL')
      assert.is((await del.ended).status, 0)
      await eventually(() => verbs().length === 4)
      assert.equal(verbs().slice(2), ['DEL gone', 'ADD two'])
      writeFileSync(`${node.folder}/records/go`, '')
      for (const call of calls.slice(1)) assert.is((await call.ended).status, 0)
    })
  },
  TIMEOUT,
)

test(
  'G6, G8, G8a: metrics, logs and readiness say what goes on, and that the runtime no longer takes the configuration',
  async () => {
    await withAgentNode({ delegates: [bridge(10)] }, async ({ api, node, startAgent, health, configFile }) => {
      api.apply(nodePod('web', 'nowhere'), nodePod('fine', ''))
      const agent = await startAgent()
      assert.is((await node.call('ADD')).status, 1)
      assert.is((await node.call('ADD', { pod: 'fine', containerId: 'fine' })).status, 0)
      const { text } = await health('/metrics')
      for (const line of [
        /^plexus_calls_total\{verb="ADD",outcome="failure",code="110"\} 1$/m,
        /^plexus_calls_total\{verb="ADD",outcome="success",code="0"\} 1$/m,
        /^plexus_delegate_duration_seconds_count\{network="bridge10",plugin="bridge",verb="ADD"\} 1$/m,
        /^plexus_call_duration_seconds_count\{verb="ADD"\} 2$/m,
        /^plexus_turns_running 0$/m,
        /^plexus_journal_containers 1$/m,
        /^plexus_seen_pods 2$/m,
        /^plexus_config_in_place 1$/m,
        /^plexus_api_request_duration_seconds_count\{method="GET",status="ok"\} [1-9]/m,
        /^process_resident_memory_bytes \d+/m,
      ])
        assert.match(text, line)

      renameSync(configFile, `${configFile}.cilium_bak`)
      await eventually(async () => (await health('/readyz')).status === 503)
      assert.match((await health('/readyz')).text, 'was renamed by Cilium')
      assert.match((await health('/metrics')).text, /^plexus_config_in_place 0$/m)
      await eventually(() => eventsAbout(api, 'node1').some((event) => event.startsWith('PlexusNotCalled: ')))
      renameSync(`${configFile}.cilium_bak`, configFile)
      await eventually(async () => (await health('/readyz')).status === 200)
      writeConfig(`${node.folder}/net.d/00-another.conflist`, { cniVersion: '1.0.0', name: 'other', type: 'bridge' })
      await eventually(async () => /comes before/.test((await health('/readyz')).text))
      assert.match(textIn(String(node.config['kubeconfig'])), PLEXUS_TOKEN)
      assert.not.match(JSON.stringify(agent.log()), PLEXUS_TOKEN)
    })
  },
  TIMEOUT,
)

test(
  'G5: a configuration that changes takes effect without a restart, and one that cannot be read leaves the last',
  async () => {
    await withAgentNode(DEFAULT, async ({ api, node, startAgent, configFile, health }) => {
      const good = node.config['kubeconfig']
      writeConfig(configFile, { ...node.config, kubeconfig: api.kubeconfigFor({ token: 'expired' }) })
      const agent = await startAgent('/healthz')
      await eventually(() => agent.log().some(({ cause }) => String(cause).includes('401')))
      writeConfig(configFile, { ...node.config, kubeconfig: good })
      await eventually(async () => (await node.call('STATUS', { config: { cniVersion: '1.1.0' } })).status === 0)
      api.apply(nodePod('web', ''))
      await eventually(async () => (await health('/readyz')).status === 200)
      writeFileSync(configFile, '{')
      await eventually(() => agent.log().some(({ msg }) => String(msg).includes('what it said before stays')))
      assert.is((await node.call('ADD')).status, 0)
      await eventually(() => statusIn(api, 'web') !== undefined)
    })
  },
  TIMEOUT,
)

test(
  'G7: an Event that repeats is counted, not created again, and with events off there is none',
  async () => {
    await withAgentNode(DEFAULT, async ({ api, node, startAgent, configFile }) => {
      api.apply(nodePod('web', 'nowhere'), nodePod('quiet', 'nowhere'))
      const agent = await startAgent()
      for (const containerId of ['try1', 'try2', 'try3']) await node.call('ADD', { containerId })
      const message = 'cannot find network-attachment-definition "nowhere" in namespace "default"'
      await eventually(() => eventsAbout(api, 'web').join() === `NoNetworkFound: ${message} ×3`)
      await agent.end('SIGTERM')
      writeConfig(configFile, { ...node.config, events: false })
      await startAgent()
      await node.call('ADD', { pod: 'quiet', containerId: 'quiet', config: { events: false } })
      assert.equal(eventsAbout(api, 'quiet'), [])
    })
  },
  TIMEOUT,
)

test(
  'G9: a pod that runs without the networks it asks for is found, said on it, and counted; one that is being deleted is not',
  async () => {
    await withAgentNode(DEFAULT, async ({ api, startAgent, health }) => {
      api.apply(nodePod('early', 'lan'), nodePod('plain', ''), nodePod('leaving', 'lan'))
      const since = '2020-01-01T00:00:00Z'
      const container = { name: 'main', image: 'busybox', imageID: '', ready: true, restartCount: 0 }
      const running = { ...container, state: { running: { startedAt: since } } }
      for (const name of ['early', 'plain', 'leaving'])
        setStatus(api, name, { phase: 'Running', containerStatuses: [running] })
      assert.is(api.kubectl(['delete', 'pod', 'leaving', '--wait=false']).status, 0)
      await startAgent()
      await eventually(() => eventsAbout(api, 'early').some((event) => /runs without the networks/.test(event)))
      assert.match((await health('/metrics')).text, /^plexus_pods_without_networks 1$/m)
      for (const name of ['plain', 'leaving']) assert.equal(eventsAbout(api, name), [])
    })
  },
  TIMEOUT,
)

test(
  'G2: the socket is for root alone, takes the place of a dead one, of nothing else, and refuses what is no request of its',
  async () => {
    await withAgentNode(DEFAULT, async ({ node, socket, startAgent, post, configFile }) => {
      const agent = await startAgent()
      assert.is(statSync(socket).mode & 0o777, 0o600)
      assert.is(statSync(socket.replace(/\/[^/]*$/, '')).mode & 0o777, 0o700)
      const second = spawnSync(PLEXUS, ['agent', '--node-config', configFile], { encoding: 'utf8' })
      assert.is(second.status, 2)
      assert.match(second.stderr, 'another agent answers there')
      for (const [path, body, words] of [
        ['/v1/begin', '{', 'is not JSON'],
        ['/v1/begin', '{"verb":"GC","containerId":"a"}', 'verb: must be one of ADD, DEL, CHECK'],
        ['/v1/begin', '{"verb":"ADD","containerId":"../../etc/passwd"}', 'containerId: '],
        ['/v1/begin', '{"verb":"ADD","containerId":"a","pod":{"namespace":"a/../b","name":"c"}}', 'pod.namespace: '],
        ['/v1/end', '{"verb":"ADD","containerId":"a"}', 'is missing'],
        ['/v2/begin', '{}', 'no such path'],
        ['/v1/begin', `{"verb":"ADD","containerId":"${'a'.repeat(2_000_000)}"}`, 'longer than'],
      ] as const) {
        const { status, text } = await post(path, body)
        assert.is(status, 400, text)
        assert.match(text, words)
      }
      await agent.end('SIGKILL')
      assert.ok(existsSync(socket))
      const next = await startAgent()
      assert.is(await next.end('SIGTERM'), 0)
      assert.not.ok(existsSync(socket))
      writeFileSync(socket, 'mine')
      const refused = spawnSync(PLEXUS, ['agent', '--node-config', configFile], { encoding: 'utf8' })
      assert.is(refused.status, 2)
      assert.match(refused.stderr, 'is there and is no socket')
      assert.is(textIn(socket), 'mine')
      assert.equal(node.state(), [])
    })
  },
  TIMEOUT,
)

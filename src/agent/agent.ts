import { dirname } from 'node:path'
import { CLOCK } from '../cluster/index.ts'
import type { PodReport } from '../engine/index.ts'
import { hostFiles, hostLog, journalFiles } from '../host/index.ts'
import type { AgentNode, AgentOptions } from './agent-node.ts'
import { apiServer } from './api-server.ts'
import { callDesk } from './call-desk.ts'
import { openCallSocket } from './call-socket.ts'
import { clusterView } from './cluster-view.ts'
import { delivery } from './delivery.ts'
import { followCluster } from './follow-cluster.ts'
import { openHealthServer } from './health-server.ts'
import { lookAround, type Sight } from './look-around.ts'
import { agentMetrics } from './metrics.ts'
import { missedReports } from './missed.ts'
import { outbox } from './outbox.ts'
import { mostAtOnce, settingsIn } from './settings.ts'
import { turnQueue } from './turn-queue.ts'

const SOCKET = '/run/plexus/agent.sock'
// Calls end by themselves; whoever waits for the agent to end has less patience.
const STOP_MS = 20_000
const TELL_MS = 5_000

/**
 * The node agent: it knows this node's pods and every definition, gives calls their turn, and tells the API server what
 * became of them. It runs no delegate, and writes nothing on the node but its socket and what it has not told yet. All
 * that it knows can be found out without it.
 * @returns when the signal is given, and what was open has been answered.
 * @throws CniError that says what it cannot start without.
 */
export async function runAgent(options: AgentOptions, stop: AbortSignal): Promise<void> {
  const log = hostLog({ logLevel: 'verbose', logToStderr: true, logOptions: NO_ROTATION })
  const settings = settingsIn(hostFiles, options.nodeConfig, log)
  const socket = options.socket ?? settings.current().agentSocket ?? SOCKET
  const queue = turnQueue(mostAtOnce(settings.current()))
  const journal = journalFiles(`${settings.current().cniDir}/plexus`)
  const view = clusterView()
  const sight: Sight = { configFault: undefined, unattached: 0 }
  const metrics = await agentMetrics({
    turnsRunning: queue.running,
    turnsWaiting: queue.waiting,
    reportsPending: () => told.pending(),
    journalContainers: () => journal.list().length,
    pods: view.pods.size,
    definitions: view.definitions.size,
    configInPlace: () => sight.configFault === undefined,
    podsWithoutNetworks: () => sight.unattached,
  })
  const { client, source } = apiServer(settings, view, metrics)
  const host = options.nodeName
  const told = delivery({ client, events: () => settings.current().events, host, metrics, log, clock: CLOCK })
  const kept = outbox(`${dirname(socket)}/reports`, log)
  const node: AgentNode = { options, settings, log, journal, view, metrics, client, delivery: told, outbox: kept }

  const take = (report: PodReport): void => told.deliver(kept.keep(report))
  const { version } = options
  const calls = await openCallSocket(socket, callDesk({ version, queue, source, metrics, log, take }), log)
  const health = await openHealthServer(options.healthAddress, { metrics, unready: () => unready(node, sight) })
  log.verbose('the agent is up', { socket, health: options.healthAddress, node: host, version })
  for (const report of kept.left()) told.deliver(report)
  const following = followCluster(node, stop)
  const looking = lookAround(node, sight, (atOnce) => queue.limit(atOnce), stop)
  await tellMissed(node, stop)

  await stopped(stop)
  log.verbose('the agent ends', { running: queue.running(), waiting: queue.waiting() })
  await calls.close(STOP_MS)
  await Promise.all([following, looking])
  // What is not told by then is kept, for the agent after this one.
  await Promise.race([told.settled(), CLOCK.delay(TELL_MS)])
  health.close()
}

const NO_ROTATION = { maxAge: 0, maxSize: 0, maxBackups: 0, compress: false }

function unready({ view }: AgentNode, { configFault }: Sight): readonly string[] {
  return [
    ...(view.pods.isComplete() ? [] : ["the API server has not told this node's pods yet"]),
    ...(view.definitions.isComplete() ? [] : ['the API server has not told the definitions yet']),
    ...(configFault === undefined ? [] : [configFault]),
  ]
}

// The calls that ended while there was no agent may have reached nobody.
async function tellMissed({ journal, view, log, ...node }: AgentNode, stop: AbortSignal): Promise<void> {
  while (!(view.pods.isComplete() || stop.aborted)) await view.pods.changed(1_000)
  if (stop.aborted) return
  const missed = missedReports(journal, view)
  if (missed.length > 0)
    log.warning('pods are attached and were not told so; it is made up for', { pods: missed.length })
  for (const report of missed) node.delivery.deliver(node.outbox.keep(report))
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

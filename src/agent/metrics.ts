import type { Registry } from 'prom-client'
import type { EndRequest } from '../cluster/index.ts'

/** What the agent counts and measures, for Prometheus. */
export type Metrics = {
  readonly callEnded: (ending: EndRequest) => void
  readonly reportRetried: (what: 'status' | 'event') => void
  readonly reportFailed: (what: 'status' | 'event') => void
  readonly reportTold: () => void
  readonly eventCreated: (reason: string) => void
  readonly apiAnswered: (method: string, status: string, seconds: number) => void
  readonly followingRestarted: (path: string) => void
  /** The text of all of them. */
  readonly text: () => Promise<string>
  readonly contentType: string
}

/** What is asked when somebody reads the metrics. */
export type Gauges = {
  readonly turnsRunning: () => number
  readonly turnsWaiting: () => number
  readonly reportsPending: () => number
  readonly journalContainers: () => number
  readonly pods: () => number
  readonly definitions: () => number
  /** Whether the runtime takes the node's configuration. */
  readonly configInPlace: () => boolean
  readonly podsWithoutNetworks: () => number
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
// Each network is a dozen series for every plugin and verb: past these they are counted together.
const MOST_NETWORKS = 100
const OTHER_NETWORKS = '_other'

/** The metrics of a node, each named `plexus_…`, and those of this process. */
export async function agentMetrics(gauges: Gauges): Promise<Metrics> {
  const { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } = await import('prom-client')
  const registry: Registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const calls = new Counter({
    name: 'plexus_calls_total',
    help: 'Calls of the runtime by verb, outcome and error code (0: none).',
    labelNames: ['verb', 'outcome', 'code'],
    registers,
  })
  const callSeconds = new Histogram({
    name: 'plexus_call_duration_seconds',
    help: 'How long calls took, the wait for their turn included.',
    labelNames: ['verb'],
    buckets: SECONDS,
    registers,
  })
  const delegateSeconds = new Histogram({
    name: 'plexus_delegate_duration_seconds',
    help: 'How long delegates ran, by network, plugin type and verb.',
    labelNames: ['network', 'plugin', 'verb'],
    buckets: SECONDS,
    registers,
  })
  const delegateFailures = new Counter({
    name: 'plexus_delegate_failures_total',
    help: 'Delegate runs that failed.',
    labelNames: ['network', 'plugin', 'verb'],
    registers,
  })
  const retries = new Counter({
    name: 'plexus_report_retries_total',
    help: 'Statuses and Events that the API server did not take at once.',
    labelNames: ['what'],
    registers,
  })
  const failures = new Counter({
    name: 'plexus_report_failures_total',
    help: 'Statuses and Events that the API server refused for good.',
    labelNames: ['what'],
    registers,
  })
  const told = new Counter({ name: 'plexus_reports_total', help: 'Pods whose calls were told.', registers })
  const events = new Counter({
    name: 'plexus_events_total',
    help: 'Events created, by reason.',
    labelNames: ['reason'],
    registers,
  })
  const apiSeconds = new Histogram({
    name: 'plexus_api_request_duration_seconds',
    help: 'How long the API server took to answer the agent.',
    labelNames: ['method', 'status'],
    buckets: SECONDS,
    registers,
  })
  const restarts = new Counter({
    name: 'plexus_follow_restarts_total',
    help: 'How often following a list of the API server had to begin again.',
    labelNames: ['path'],
    registers,
  })
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
  gauge('plexus_turns_running', 'Calls that run delegates now.', gauges.turnsRunning)
  gauge('plexus_turns_waiting', 'Calls that wait for their turn.', gauges.turnsWaiting)
  gauge('plexus_reports_pending', 'Pods whose status or Events are not told yet.', gauges.reportsPending)
  gauge('plexus_journal_containers', 'Containers in the journal.', gauges.journalContainers)
  gauge('plexus_seen_pods', 'Pods of this node that the agent has seen.', gauges.pods)
  gauge('plexus_seen_definitions', 'Definitions that the agent has seen.', gauges.definitions)
  gauge('plexus_config_in_place', "1 where the runtime takes Plexus' configuration.", () =>
    Number(gauges.configInPlace()),
  )
  gauge('plexus_pods_without_networks', 'Pods that run without the networks they ask for.', gauges.podsWithoutNetworks)
  const networks = new Set<string>()
  const labelOf = (network: string): string => {
    if (networks.size < MOST_NETWORKS) networks.add(network)
    return networks.has(network) ? network : OTHER_NETWORKS
  }
  return {
    callEnded({ verb, code, durationMs, runs }) {
      calls.inc({ verb, outcome: code === undefined ? 'success' : 'failure', code: code ?? 0 })
      callSeconds.observe({ verb }, durationMs / 1000)
      for (const run of runs) {
        const labels = { network: labelOf(run.network), plugin: run.plugin, verb: run.verb }
        delegateSeconds.observe(labels, run.durationMs / 1000)
        if (run.failed) delegateFailures.inc(labels)
      }
    },
    reportRetried: (what) => retries.inc({ what }),
    reportFailed: (what) => failures.inc({ what }),
    reportTold: () => told.inc(),
    eventCreated: (reason) => events.inc({ reason }),
    apiAnswered: (method, status, seconds) => apiSeconds.observe({ method, status }, seconds),
    followingRestarted: (path) => restarts.inc({ path }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

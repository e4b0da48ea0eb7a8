import type { KubeClient } from '../cluster/index.ts'
import type { JournalStore, Log } from '../engine/index.ts'
import type { ClusterView } from './cluster-view.ts'
import type { Delivery } from './delivery.ts'
import type { Metrics } from './metrics.ts'
import type { Outbox } from './outbox.ts'
import type { Settings } from './settings.ts'

/** What the agent is told. */
export type AgentOptions = {
  /** The node configuration, a file in the folder that the runtime reads. */
  readonly nodeConfig: string
  readonly nodeName: string
  /** The version of the program that it is. */
  readonly version: string
  /** Where calls come to; unless given, the node configuration's `agentSocket`. */
  readonly socket?: string | undefined
  /** `host:port` for probes and Prometheus. */
  readonly healthAddress: string
}

/** Everything the parts of a running agent share. */
export type AgentNode = {
  readonly options: AgentOptions
  readonly settings: Settings
  readonly log: Log
  readonly journal: JournalStore
  readonly view: ClusterView
  readonly metrics: Metrics
  readonly client: () => KubeClient
  readonly delivery: Delivery
  readonly outbox: Outbox
}

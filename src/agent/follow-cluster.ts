import { CLOCK } from '../cluster/index.ts'
import type { AgentNode } from './agent-node.ts'
import { definitionFollower, podFollower } from './cluster-view.ts'
import { type Follower, follow } from './follow.ts'

const PODS = '/api/v1/pods'
const DEFINITIONS = '/apis/k8s.cni.cncf.io/v1/network-attachment-definitions'

/** Follows this node's pods and every definition, until the signal is given. */
export async function followCluster(node: AgentNode, signal: AbortSignal): Promise<void> {
  const { options, view, log, metrics, client } = node
  const followed = (path: string, follower: Follower, query: Readonly<Record<string, string>> = {}): Promise<void> =>
    follow({
      client,
      path,
      query,
      follower,
      log,
      clock: CLOCK,
      signal,
      restarted: () => metrics.followingRestarted(path),
    })
  await Promise.all([
    followed(PODS, podFollower(view, log), { fieldSelector: `spec.nodeName=${options.nodeName}` }),
    followed(DEFINITIONS, definitionFollower(view, log)),
  ])
}

import { type KubeClient, kubeClient, kubeSource } from '../cluster/index.ts'
import { CniError, CODE } from '../cni/index.ts'
import type { Source } from '../engine/index.ts'
import { hostDevices } from '../host/index.ts'
import type { ClusterView } from './cluster-view.ts'
import { knownSource } from './known-source.ts'
import { measuredClient } from './measured-client.ts'
import type { Metrics } from './metrics.ts'
import type { Settings } from './settings.ts'

/** The API server as the settings say just now where it is, and as whom. */
export type ApiServer = {
  /** @throws CniError 7 where the node configuration has no kubeconfig. */
  readonly client: () => KubeClient
  /** What is known of pods and definitions: seen, or else asked. */
  readonly source: () => Source
}

/** The API server of an agent; it is turned to anew when the node configuration names another kubeconfig. */
export function apiServer(settings: Settings, view: ClusterView, metrics: Metrics): ApiServer {
  const devices = hostDevices()
  let connected: { readonly kubeconfig: string; readonly client: KubeClient } | undefined
  const client = (): KubeClient => {
    const { kubeconfig } = settings.current()
    if (kubeconfig === undefined)
      throw new CniError(CODE.invalidConfiguration, 'the node configuration has no kubeconfig: an agent needs one')
    if (connected?.kubeconfig !== kubeconfig)
      connected = { kubeconfig, client: measuredClient(kubeClient(kubeconfig), metrics) }
    return connected.client
  }
  return {
    client,
    source() {
      const node = settings.current()
      const live = kubeSource({ client: client(), node, apiTimeoutMs: node.apiTimeout * 1000 })
      return knownSource({ view, live, node, devices, now: () => performance.now() })
    },
  }
}

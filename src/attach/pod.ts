/** The annotation that asks for further networks (4.1). */
export const NETWORKS_ANNOTATION = 'k8s.v1.cni.cncf.io/networks'

/** The annotation that asks for another default network than the node's, as in Multus. */
export const DEFAULT_NETWORK_ANNOTATION = 'v1.multus-cni.io/default-network'

/** A pod, as far as its networks depend on it. */
export type Pod = {
  readonly namespace: string
  readonly name: string
  readonly uid?: string
  readonly annotations: Readonly<Record<string, string>>
  /** Whether it is the mirror of a static pod, whose UID the runtime does not know it by. */
  readonly isStatic?: boolean
}

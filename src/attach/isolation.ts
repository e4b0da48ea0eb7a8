import { CniError, CODE } from '../cni/index.ts'
import { type DefinitionRef, definitionName } from './definition.ts'
import type { NodeConfig } from './node-config.ts'

/** What the node's configuration says of isolation. */
type IsolationConfig = Pick<NodeConfig, 'namespaceIsolation' | 'globalNamespaces'>

/**
 * Refuses a definition that namespace isolation keeps from pods of a namespace: one of another namespace that is none
 * of `globalNamespaces` (7.4).
 * @throws CniError 112 that names both namespaces.
 */
export function requirePermitted(
  ref: DefinitionRef,
  podNamespace: string,
  { namespaceIsolation, globalNamespaces }: IsolationConfig,
): void {
  if (!namespaceIsolation || ref.namespace === podNamespace || globalNamespaces.includes(ref.namespace)) return
  throw new CniError(
    CODE.notPermitted,
    `namespace isolation enabled: pod is in namespace ${podNamespace} but refers to target namespace ${ref.namespace}; open to every pod (globalNamespaces): ${globalNamespaces.join(', ') || 'none'}`,
  )
}

/**
 * Refuses a definition that names a configuration file of the node's, where namespace isolation keeps those for the
 * definitions of the system namespace and of `globalNamespaces`: whoever may write definitions in a namespace of their
 * own has not been given the node's networks with it.
 * @throws CniError 112 that names the namespace.
 */
export function requireFilePermitted(
  ref: DefinitionRef,
  { namespaceIsolation, globalNamespaces, multusNamespace }: IsolationConfig & Pick<NodeConfig, 'multusNamespace'>,
): void {
  const open = [multusNamespace, ...globalNamespaces]
  if (!namespaceIsolation || open.includes(ref.namespace)) return
  throw new CniError(
    CODE.notPermitted,
    `namespace isolation enabled: definition ${definitionName(ref)} has no spec.config and names a file of the node's, which only definitions of namespace ${open.join(', ')} may`,
  )
}

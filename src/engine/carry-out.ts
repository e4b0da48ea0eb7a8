import type { NodeConfig } from '../attach/index.ts'
import type { Json } from '../cni/index.ts'
import { add } from './add.ts'
import { collectOnceABoot } from './boot-collection.ts'
import { check } from './check.ts'
import type { ConfiguredInvocation } from './context.ts'
import { del } from './del.ts'
import { gc } from './gc.ts'
import type { Ports } from './ports.ts'
import { status } from './status.ts'

/**
 * Carries an invocation out on this node; the first one of a boot has what earlier boots left collected beside it.
 * @returns what is printed on success: ADD's result, nothing for the others.
 * @throws CniError, the one to print.
 */
export async function carryOut(
  invocation: ConfiguredInvocation,
  node: NodeConfig,
  ports: Ports,
): Promise<Json | undefined> {
  await collectOnceABoot({ invocation, node, ports })
  switch (invocation.verb) {
    case 'ADD':
      return add({ invocation, node, ports })
    case 'DEL':
      await del({ invocation, node, ports })
      return undefined
    case 'CHECK':
      await check({ invocation, node, ports })
      return undefined
    case 'STATUS':
      await status({ invocation, node, ports })
      return undefined
    case 'GC':
      await gc({ invocation, node, ports })
      return undefined
  }
}

import type { NodeConfig } from '../attach/index.ts'
import { CniError, CODE } from '../cni/index.ts'
import type { Ports } from './ports.ts'

const WAIT_MS = 45_000
const STEP_MS = 1_000

/**
 * Waits, as Multus does, until the default network has made its `readinessindicatorfile` (6.1.2).
 * @throws CniError 11 when it has not after 45 s.
 */
export async function requireReady(node: NodeConfig, { machine }: Ports): Promise<void> {
  const { readinessindicatorfile: path } = node
  if (path === undefined) return
  const end = machine.now().getTime() + WAIT_MS
  while (!machine.exists(path)) {
    if (machine.now().getTime() >= end)
      throw new CniError(
        CODE.tryAgainLater,
        `the default network is not ready: readinessindicatorfile ${path} does not exist`,
      )
    await machine.delay(STEP_MS)
  }
}

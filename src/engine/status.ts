import { defaultNetwork, type ResolvedNetwork } from '../attach/index.ts'
import { asCniError, CniError, CODE, type InvocationOf, inContext, statusNetwork } from '../cni/index.ts'
import { type Context, chainSettings, pluginFolders } from './context.ts'
import { lookupFor } from './planning.ts'

/**
 * STATUS: whether an ADD can be served now: the default network is ready, is found, and says so itself. Asked, not
 * waited for: the runtime asks again.
 * @throws CniError 50, or 51 where a plugin of the default network says so.
 */
export async function status(context: Context<InvocationOf<'STATUS'>>): Promise<void> {
  const { node, ports } = context
  const { readinessindicatorfile: path } = node
  if (path !== undefined && !ports.machine.exists(path))
    throw new CniError(
      CODE.notAvailable,
      `the default network is not ready: readinessindicatorfile ${path} does not exist`,
    )
  const { name, network } = await found(context)
  await inContext({ network: name }, () => statusNetwork(chainSettings(context, pluginFolders(context)), network))
}

async function found(context: Context<InvocationOf<'STATUS'>>): Promise<ResolvedNetwork> {
  try {
    return defaultNetwork(await lookupFor(context))
  } catch (fault) {
    const { msg, details } = asCniError(fault)
    throw new CniError(CODE.notAvailable, msg, { details, cause: fault })
  }
}

import { asCniError, CODE, convertResult, type InvocationOf, type VersionedResult } from '../cni/index.ts'
import { attachPod } from './attach-pod.ts'
import { type Context, podOf } from './context.ts'
import { planToAdd } from './planning.ts'
import { requireReady } from './readiness.ts'
import { attachedReport, failedReport } from './report.ts'

/**
 * ADD: attaches every network of a pod, and answers for all of them in the version the runtime asked for; then it is
 * said what the pod has, or why it has nothing.
 * @throws CniError with the network, interface and plugin at fault; nothing is left of a call that fails.
 */
export async function add(context: Context<InvocationOf<'ADD'>>): Promise<VersionedResult> {
  const { invocation, node, ports } = context
  const { containerId, cniVersion } = invocation
  const asked = podOf(context)
  try {
    await requireReady(node, ports)
    await ports.turns?.take({ verb: 'ADD', containerId, pod: asked })
    const { result, call } = await attachPod(context, await planToAdd(context, asked))
    if (call.pod) await ports.reporter?.report(attachedReport(containerId, call.pod, call))
    return convertResult(result, cniVersion).result
  } catch (fault) {
    const error = asCniError(fault)
    // What passes by itself is not worth an Event, and of a pod that is gone nobody wants to know.
    if (asked && error.code !== CODE.tryAgainLater)
      await ports.reporter?.report(failedReport(containerId, asked, error))
    throw fault
  }
}

import { CniError, CODE, isCniError, isJsonObject, type JsonObject } from '../cni/index.ts'
import type { KubeClient } from './kube-client.ts'
import { KubeError, pauseAfterFault } from './kube-error.ts'
import { type Clock, retried } from './retries.ts'

/** Whom is asked, and until when. */
export type Asking = { readonly client: KubeClient; readonly clock: Clock; readonly until: number }

/**
 * The object at a path, asked for again while it is worth it.
 * @param isLate Whether a failure that is final otherwise is not, because the object may be about to be there.
 * @throws KubeError
 */
export async function ask(
  { client, clock, until }: Asking,
  path: string,
  isLate: (fault: unknown) => boolean = () => false,
): Promise<JsonObject> {
  const pauseAfter = (fault: unknown): number | undefined => pauseAfterFault(fault) ?? (isLate(fault) ? 0 : undefined)
  return objectOf(await retried((leftMs) => client.get(path, {}, leftMs), { until, pauseAfter, clock }), path)
}

/** An answer that has to be an object. @throws KubeError */
export function objectOf(answer: unknown, path: string): JsonObject {
  if (isJsonObject(answer)) return answer
  throw new KubeError(`GET ${path}: the answer is not an object`)
}

/**
 * What a step gives that asks the API server.
 * @throws CniError 5 or 11 in place of a KubeError, with what to do about it.
 */
export async function inWords<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (fault) {
    if (isCniError(fault)) throw fault
    if (!(fault instanceof KubeError)) throw fault
    throw spoken(fault)
  }
}

function spoken(fault: KubeError): CniError {
  const { message, status } = fault
  const cause = { cause: fault }
  if (status === 401)
    return new CniError(CODE.ioFailure, `API server: ${message}; the credentials of the kubeconfig are refused`, cause)
  if (status === 403)
    return new CniError(CODE.ioFailure, `API server: ${message}; give the service account of Plexus that right`, cause)
  return new CniError(CODE.tryAgainLater, `API server: ${message}; is it up, and can this node reach it?`, cause)
}

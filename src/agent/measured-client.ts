import { type KubeClient, statusOf } from '../cluster/index.ts'
import type { Metrics } from './metrics.ts'

/** A client whose requests are measured; watches are not, since they last. */
export function measuredClient(client: KubeClient, { apiAnswered }: Pick<Metrics, 'apiAnswered'>): KubeClient {
  const measured = async <T>(method: string, step: () => Promise<T>): Promise<T> => {
    const began = performance.now()
    const answered = (status: string): void => apiAnswered(method, status, (performance.now() - began) / 1000)
    try {
      const value = await step()
      answered('ok')
      return value
    } catch (fault) {
      answered(String(statusOf(fault) ?? 'none'))
      throw fault
    }
  }
  return {
    get: (path, query, timeoutMs) => measured('GET', () => client.get(path, query, timeoutMs)),
    patch: (path, body, timeoutMs) => measured('PATCH', () => client.patch(path, body, timeoutMs)),
    put: (path, body, timeoutMs) => measured('PUT', () => client.put(path, body, timeoutMs)),
    post: (path, body, timeoutMs) => measured('POST', () => client.post(path, body, timeoutMs)),
    watch: client.watch,
  }
}

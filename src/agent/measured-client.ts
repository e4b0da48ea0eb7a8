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
    get: (path, query) => measured('GET', () => client.get(path, query)),
    patch: (path, body) => measured('PATCH', () => client.patch(path, body)),
    post: (path, body) => measured('POST', () => client.post(path, body)),
    watch: client.watch,
  }
}

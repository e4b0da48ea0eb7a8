import type { KubeClient } from '../../src/cluster/index.ts'

/** What a fake API server does with a watch: the lines it sends, then how it ends. */
export type FakeWatch = { readonly lines: readonly object[]; readonly end?: 'clean' | 'hang' | Error }

/** An API server that gives one answer after another, and remembers what it was asked. */
export type FakeKubeClient = KubeClient & { readonly asked: readonly string[] }

/** A client to lists that come page by page, and to watches; what is asked after the last answer hangs. */
export function fakeKubeClient(lists: readonly (object | Error)[], watches: readonly FakeWatch[]): FakeKubeClient {
  const asked: string[] = []
  const [pages, streams] = [[...lists], [...watches]]
  return {
    asked,
    async get(path, query = {}) {
      asked.push(`LIST ${path} ${query['continue'] ?? ''}`.trim())
      const page = pages.shift()
      if (page instanceof Error) throw page
      return page ?? new Promise(() => undefined)
    },
    async watch(path, query, onLine, signal) {
      asked.push(`WATCH ${path} ${query['resourceVersion']}`)
      const { lines, end } = streams.shift() ?? { lines: [], end: 'hang' }
      for (const line of lines) onLine(JSON.stringify(line))
      if (end instanceof Error) throw end
      if (end !== 'hang') return
      await new Promise((_resolve, reject) => {
        if (signal.aborted) reject(new Error('aborted'))
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      })
    },
    async patch() {},
    async put() {},
    async post() {},
  }
}

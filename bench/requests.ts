import { setTimeout as sleep } from 'node:timers/promises'
import { attachAndDetach } from './calls.ts'
import type { Contender } from './contender.ts'
import type { Scene } from './scene.ts'

/** What the API server was asked for one ADD and DEL of a pod, as its audit log says. */
export type RequestFigures = { readonly name: string; readonly requests: readonly string[] }

// What an agent tells, it tells soon after; its watches are renewed far more seldom.
const AFTERWARDS_MS = 2_000

/** Counts the requests of an ADD and DEL, those an agent makes for it included. */
export async function countRequests(
  { cluster, drive, sandboxes }: Scene,
  contenders: readonly Contender[],
): Promise<readonly RequestFigures[]> {
  const figures: RequestFigures[] = []
  for (const contender of contenders) {
    const before = cluster.api.audit().length
    const [sandbox] = sandboxes
    if (sandbox) await attachAndDetach(drive, contender, sandbox)
    await sleep(AFTERWARDS_MS)
    const made = cluster.api
      .audit()
      .slice(before)
      .filter(({ user, verb }) => user === 'plexus' && verb !== 'watch')
    figures.push({ name: contender.name, requests: made.map(({ verb, uri }) => `${verb} ${kindIn(uri)}`) })
  }
  return figures
}

function kindIn(uri: string): string {
  const [, kind = uri] = /\/(pods|events|network-attachment-definitions)\b/.exec(uri) ?? []
  return kind
}

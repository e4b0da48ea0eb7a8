import { type Clock, type KubeClient, KubeError, statusOf } from '../cluster/index.ts'
import { isJsonObject, type JsonObject } from '../cni/index.ts'
import type { Log } from '../engine/index.ts'

/** Who is told of a list and its changes. */
export type Follower = {
  /** The whole list, as it is now. */
  readonly replace: (objects: readonly JsonObject[]) => void
  readonly changed: (object: JsonObject) => void
  readonly deleted: (object: JsonObject) => void
}

/** What is followed, and by whom. */
export type Following = {
  /** The client of the configuration as it is now. */
  readonly client: () => KubeClient
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly follower: Follower
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told whenever it has to begin again. */
  readonly restarted: () => void
}

const PAGE = '500'
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
// The server ends a watch by then. One it does not end has lost its connection without anybody being told.
const WATCH_S = 120
const SILENT_MS = (WATCH_S + 30) * 1_000

/** The version to watch on from; none before the list was read. */
type Seen = { version: string | undefined }

/**
 * Follows a list of the API server's: reads it in pages, then watches from there, with bookmarks; after a watch that
 * ended it watches on, after one that came too late (410 Gone) it reads again, and after any failure it pauses,
 * longer each time. Ends with its signal, and never otherwise.
 */
export async function follow(following: Following): Promise<void> {
  const { path, log, clock, signal, restarted } = following
  const seen: Seen = { version: undefined }
  let pauseMs = FIRST_PAUSE_MS
  while (!signal.aborted) {
    const began = clock.now()
    try {
      seen.version ??= await list(following)
      await watch(following, seen, seen.version)
      if (clock.now() - began > pauseMs) pauseMs = FIRST_PAUSE_MS
    } catch (fault) {
      if (signal.aborted) return
      if (statusOf(fault) === 410) seen.version = undefined
      log.warning('following the API server is interrupted', { path, cause: String(fault), pauseMs })
      restarted()
      await pause(clock, pauseMs * (0.5 + clock.random() / 2), signal)
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      continue
    }
    // A server that ends every watch at once must not be asked without end.
    if (clock.now() - began < pauseMs) await pause(clock, pauseMs, signal)
  }
}

async function list({ client, path, query, follower }: Following): Promise<string> {
  const objects: JsonObject[] = []
  let rest: string | undefined
  for (;;) {
    const page = await client().get(path, { ...query, limit: PAGE, ...(rest ? { continue: rest } : {}) })
    if (!isJsonObject(page) || !isJsonObject(page['metadata'])) throw new KubeError(`LIST ${path}: is no list`)
    const { items } = page
    if (Array.isArray(items)) objects.push(...items.filter(isJsonObject))
    const { resourceVersion, continue: more } = page['metadata']
    rest = typeof more === 'string' && more !== '' ? more : undefined
    if (rest !== undefined) continue
    follower.replace(objects)
    return String(resourceVersion ?? '')
  }
}

/** Watches until the server ends it. */
async function watch({ client, path, query, follower, signal }: Following, seen: Seen, from: string): Promise<void> {
  let refused: KubeError | undefined
  const silent = new AbortController()
  const watched = `WATCH ${path}`
  let timer = setTimeout(() => silent.abort(), SILENT_MS)
  const heard = (line: string): void => {
    clearTimeout(timer)
    timer = setTimeout(() => silent.abort(), SILENT_MS)
    const { type, object } = eventOf(line, watched)
    if (type === 'ERROR') {
      refused = errorOf(object, watched)
      silent.abort()
      return
    }
    seen.version = versionOf(object) ?? seen.version
    if (type === 'DELETED') follower.deleted(object)
    else if (type !== 'BOOKMARK') follower.changed(object)
  }
  try {
    const wanted = { ...query, resourceVersion: from, allowWatchBookmarks: 'true', timeoutSeconds: String(WATCH_S) }
    await client().watch(path, wanted, heard, AbortSignal.any([signal, silent.signal]))
  } catch (fault) {
    throw refused ?? fault
  } finally {
    clearTimeout(timer)
  }
  if (refused) throw refused
}

function eventOf(line: string, watched: string): { readonly type: unknown; readonly object: JsonObject } {
  const event: unknown = JSON.parse(line)
  if (isJsonObject(event) && isJsonObject(event['object'])) return { type: event['type'], object: event['object'] }
  throw new KubeError(`${watched}: a line is no event`)
}

function errorOf({ code, message }: JsonObject, watched: string): KubeError {
  return new KubeError(`${watched}: ${String(message)}`, typeof code === 'number' ? { status: code } : {})
}

function versionOf({ metadata }: JsonObject): string | undefined {
  const version = isJsonObject(metadata) ? metadata['resourceVersion'] : undefined
  return typeof version === 'string' ? version : undefined
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  await Promise.race([clock.delay(ms), stopped])
}

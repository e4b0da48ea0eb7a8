import { toJson } from '../cni/index.ts'
import { type HeldCall, type JournalOptions, journalFolder, podName, viewJournal } from './journal-view.ts'
import { chosenNodeConfig } from './node-config-choice.ts'
import { collectGarbage } from './node-verbs.ts'
import { complain, print } from './print.ts'
import { waitedFor } from './progress.ts'
import { counted, wrapped } from './terminal.ts'

/** What `plexus gc` is told. */
export type GcOptions = JournalOptions & { readonly output: 'text' | 'json'; readonly dryRun?: boolean }

/**
 * Deletes, through their delegates, the attachments whose sandbox is gone, and tells every network which of its own are
 * valid.
 * @returns the exit status: 1 where something could not be deleted.
 * @throws CniError where the node configuration or the journal cannot be read.
 */
export async function gc(options: GcOptions): Promise<number> {
  const chosen = chosenNodeConfig(options.nodeConfig)
  const folder = journalFolder({ ...options, nodeConfig: chosen.path })
  const { calls, unreadable } = viewJournal(folder)
  const own = calls.filter(({ call }) => call.network === chosen.node.name)
  const stale = own.filter(({ isStale }) => isStale)
  // What cannot be read may be of a container that runs: it is kept.
  const valid = [
    ...own
      .filter(({ isStale }) => !isStale)
      .map(({ containerId, call }) => ({ containerID: containerId, ifname: call.ifName })),
    ...unreadable.map(({ containerId }) => ({ containerID: containerId, ifname: '' })),
  ]
  const failure = options.dryRun ? undefined : await waitedFor('deleting', collectGarbage(chosen, valid))
  const left = options.dryRun
    ? []
    : viewJournal(folder).calls.filter((one) => stale.some((other) => isSame(one, other)))
  const deleted = stale.filter((one) => !left.some((other) => isSame(one, other)))
  const say = options.output === 'json' ? asJson : asText
  print(say(deleted, left, valid.length, options.dryRun ?? false))
  if (failure) complain([failure.msg, failure.details].filter(Boolean).join('\n'))
  return failure || left.length > 0 ? 1 : 0
}

function isSame(one: HeldCall, other: HeldCall): boolean {
  return (
    one.containerId === other.containerId &&
    one.call.ifName === other.call.ifName &&
    one.call.network === other.call.network
  )
}

function asText(deleted: readonly HeldCall[], left: readonly HeldCall[], kept: number, dry: boolean): string {
  const line =
    (what: string) =>
    ({ containerId, call }: HeldCall): string => {
      const networks = call.attachments.map(({ ifName, name }) => `${ifName} ${name}`).join(', ')
      return wrapped(`${what}: ${podName(call)} ${containerId}, ${networks}`, 2)
    }
  const done = dry ? 'would be deleted' : 'deleted'
  return [
    ...deleted.map(line(done)),
    ...left.map(line('could not be deleted')),
    deleted.length + left.length === 0
      ? `No sandbox is gone: there is nothing to delete, ${kept} kept.`
      : `${counted(deleted.length, 'container')} ${dry ? 'would be ' : ''}deleted, ${left.length} left, ${kept} kept.`,
  ].join('\n')
}

function asJson(deleted: readonly HeldCall[], left: readonly HeldCall[], kept: number, dryRun: boolean): string {
  const named = ({ containerId, call }: HeldCall): object => ({
    containerId,
    pod: call.pod ? podName(call) : null,
    attachments: call.attachments.map(({ ifName, name }) => ({ interface: ifName, network: name })),
  })
  return toJson({ dryRun, deleted: deleted.map(named), left: left.map(named), kept }, 2)
}

import { asCniError } from '../cni/index.ts'
import type { Context } from './context.ts'
import { detach } from './detach.ts'
import { findRecord, journalEntry } from './journal.ts'
import type { CallRecord } from './journal-record.ts'

/*
 * The sandboxes of an earlier boot are gone, but not what their networks hold elsewhere: addresses, above all. The first
 * call of a boot that finds such calls in the journal starts a process beside itself that deletes them, and goes on:
 * no pod waits for it, or fails with it. That process holds the lock of one container at a time, so that each of its
 * deletions is like the DEL that the runtime did not make, and never the node's. When it is through, a marker says so
 * for the rest of the boot; where it was killed there is none, and the next call starts another.
 */

/** Starts the collection of what earlier boots left, where none has been made in this boot. Never throws. */
export async function collectOnceABoot(context: Context): Promise<void> {
  const { boot, journal, log } = context.ports
  try {
    if (boot.isSettled()) return
    if (journal.list().some((containerId) => earlierCalls(context, containerId).length > 0)) await boot.start()
    else boot.settle()
  } catch (fault) {
    log.error('what earlier boots left is not collected', { msg: asCniError(fault).msg })
  }
}

/**
 * Deletes, through their delegates, the calls of earlier boots. What cannot be deleted is said in the log, and stays in
 * the journal for the runtime's DEL or GC.
 * @throws CniError 11 where another process is at it; 5 where it cannot be said that it is done.
 */
export async function collectEarlierBoots(context: Context): Promise<void> {
  const { boot, journal, locks, log } = context.ports
  await boot.alone(async () => {
    for (const containerId of journal.list()) {
      try {
        await locks.container(containerId, () => deleteEarlierCalls(context, containerId))
      } catch (fault) {
        log.error('a container of an earlier boot is not deleted', { containerId, msg: asCniError(fault).msg })
      }
    }
    boot.settle()
  })
}

async function deleteEarlierCalls(context: Context, containerId: string): Promise<void> {
  const { journal, log } = context.ports
  for (const call of earlierCalls(context, containerId)) {
    log.warning('a container of an earlier boot is deleted', { containerId, pod: call.pod })
    const entry = journalEntry(journal, containerId, findRecord(journal, containerId), call)
    for (const { code, msg, details } of await detach(context, { containerId, netns: '', call, entry }))
      log.error('of an earlier boot, and could not be deleted', { containerId, code, msg, details })
  }
}

// A journal that cannot be read does not say of which boot it is.
function earlierCalls({ ports }: Context, containerId: string): readonly CallRecord[] {
  const found = findRecord(ports.journal, containerId)
  return found.kind === 'record' ? found.record.calls.filter(({ bootId }) => bootId !== ports.machine.bootId()) : []
}

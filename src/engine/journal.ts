import { CniError } from '../cni/index.ts'
import { type CallRecord, type ContainerRecord, parseRecord, recordText } from './journal-record.ts'
import type { JournalStore } from './ports.ts'

/** What was found of a container in the journal. */
export type Found =
  | { readonly kind: 'record'; readonly record: ContainerRecord }
  | { readonly kind: 'nothing' }
  /** There is one, and it cannot be read or understood: what it said has to be found out otherwise. */
  | { readonly kind: 'corrupt'; readonly fault: CniError }

/** Which of a container's calls is meant: the CNI key of an attachment, less the container id. */
export type CallKey = { readonly network: string; readonly ifName: string }

/**
 * The place of one call in its container's journal. It remembers the container's other calls, so that it may be
 * used only by who holds the container's lock, from when the record was found.
 */
export type JournalEntry = {
  /** Writes the call. */
  save(call: CallRecord): void
  /** Takes the call out, and the container with its last one. */
  drop(): void
  /** Waits until what was saved survives a power loss. */
  flush(): Promise<void>
}

/** What the journal holds of a container. */
export function findRecord(store: JournalStore, containerId: string): Found {
  try {
    const text = store.read(containerId)
    if (text === undefined) return { kind: 'nothing' }
    return { kind: 'record', record: parseRecord(text, containerId) }
  } catch (fault) {
    if (!(fault instanceof CniError)) throw fault
    return { kind: 'corrupt', fault }
  }
}

/** The call of a key; undefined where the container has none. */
export function callOf(found: Found, key: CallKey): CallRecord | undefined {
  return found.kind === 'record' ? found.record.calls.find((call) => isCall(call, key)) : undefined
}

/** The place of a call among what was found of its container. */
export function journalEntry(store: JournalStore, containerId: string, found: Found, key: CallKey): JournalEntry {
  const others = found.kind === 'record' ? found.record.calls.filter((call) => !isCall(call, key)) : []
  const write = (calls: readonly CallRecord[]): void => store.write(containerId, recordText({ containerId, calls }))
  return {
    save: (call) => write([...others, call]),
    drop: () => (others.length === 0 ? store.remove(containerId) : write(others)),
    flush: () => store.flush(containerId),
  }
}

function isCall(call: CallRecord, { network, ifName }: CallKey): boolean {
  return call.network === network && call.ifName === ifName
}

import { CniError, CODE, delNetwork } from '../cni/index.ts'
import { type Context, chainSettings, pluginFolders } from './context.ts'
import type { JournalEntry } from './journal.ts'
import type { AttachmentRecord, CallRecord } from './journal-record.ts'

/** A call that is to be undone, and where it stands in the journal. */
export type Detachment = {
  readonly containerId: string
  /** Empty where the sandbox is gone. */
  readonly netns: string
  readonly call: CallRecord
  readonly entry: JournalEntry
}

/**
 * Undoes a call, its attachments in reverse, each with the configuration, arguments and result that the journal
 * holds of it. One that fails keeps nobody else from being deleted (7.2); it stays in the journal.
 * @returns what failed, each error with its network's name.
 */
export async function detach(
  context: Context,
  { containerId, netns, call, entry }: Detachment,
): Promise<readonly CniError[]> {
  const folders = [...new Set([...call.pluginFolders, ...pluginFolders(context)])]
  const settings = chainSettings(context, folders)
  const failed: AttachmentRecord[] = []
  const errors: CniError[] = []
  let unwritten: CniError | undefined
  const begun = call.attachments.filter(({ state }) => wasBegun(context, call, state))
  for (const [index, attachment] of [...begun.entries()].reverse()) {
    const { network, ifName, cniArgs, capabilityArgs, result, state, deviceInfoFile } = attachment
    const isNothing = state === 'added' ? undefined : isRefusal
    try {
      await delNetwork(settings, network, { containerId, netns, ifName, cniArgs, capabilityArgs }, result, isNothing)
      if (deviceInfoFile !== undefined) context.ports.deviceInfos.remove(deviceInfoFile)
    } catch (fault) {
      if (!(fault instanceof CniError)) throw fault
      errors.push(fault.within({ network: attachment.name, interface: ifName }))
      failed.unshift(attachment)
    }
    const left = [...begun.slice(0, index), ...failed]
    if (left.length > 0) unwritten = unwritable(() => entry.save({ ...call, attachments: left }))
  }
  if (failed.length === 0) unwritten = unwritable(() => entry.drop())
  return unwritten ? [...errors, unwritten] : errors
}

// A plugin that refuses the version of a configuration refused it at ADD as well, and would refuse it for ever: where
// ADD never came to its end, it made nothing.
function isRefusal({ code }: CniError): boolean {
  return code === CODE.incompatibleVersion
}

// A journal that cannot be written keeps nothing from being deleted: it only says more than is left, until a later
// write succeeds.
function unwritable(step: () => void): CniError | undefined {
  try {
    step()
    return undefined
  } catch (fault) {
    if (!(fault instanceof CniError)) throw fault
    return fault
  }
}

/** Several failures as the one error that CNI can tell: the only one itself, or all of them line by line. */
export function failureOf(errors: readonly CniError[]): CniError | undefined {
  const [first, ...others] = errors
  if (first === undefined || others.length === 0) return first
  return new CniError(CODE.several, `${errors.length} networks failed; the first: ${first.msg}`, {
    details: errors
      .map(({ code, msg, details }) => [`${msg} (code ${code})`, details].filter(Boolean).join('\n'))
      .join('\n'),
    cause: first,
  })
}

// A `planned` of another boot may be an `adding` that never reached the disk.
function wasBegun({ ports }: Context, call: CallRecord, state: AttachmentRecord['state']): boolean {
  return state !== 'planned' || call.bootId !== ports.machine.bootId()
}

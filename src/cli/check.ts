import { CniError, CODE, toJson } from '../cni/index.ts'
import { callsMeant, type HeldCall, type JournalOptions, journalFolder, podName, viewJournal } from './journal-view.ts'
import { chosenNodeConfig } from './node-config-choice.ts'
import { checkCall } from './node-verbs.ts'
import { indented, print } from './print.ts'
import { progress } from './progress.ts'
import { counted, styled, WIDTH, wrapped } from './terminal.ts'

/** What `plexus check` is told. */
export type CheckOptions = JournalOptions & { readonly output: 'text' | 'json' }

type Checked = {
  readonly containerId: string
  readonly pod: string
  readonly code?: number
  readonly msg?: string
  readonly details?: string | undefined
}

/**
 * Runs CHECK through the chains of a container's attachments, or of all containers'.
 * @returns the exit status: 1 where something is not as ADD left it.
 * @throws CniError where the node configuration or the journal cannot be read, or the journal has no such container.
 */
export async function check(container: string | undefined, options: CheckOptions): Promise<number> {
  const chosen = chosenNodeConfig(options.nodeConfig)
  const view = viewJournal(journalFolder({ ...options, nodeConfig: chosen.path }))
  const calls = container === undefined ? view.calls : callsMeant(view, container)
  const bar = progress('checked', calls.length)
  const checked: Checked[] = []
  for (const held of calls) {
    checked.push(resultOf(held, held.isStale ? sandboxGone(held) : await checkCall(chosen, held)))
    bar.step()
  }
  bar.end()
  print(options.output === 'json' ? toJson(checked, 2) : checkText(checked))
  return checked.some(({ msg }) => msg !== undefined) ? 1 : 0
}

// No plugin can look into it, and each would say so in its own words.
function sandboxGone({ call }: HeldCall): CniError {
  return new CniError(CODE.unknownContainer, `its sandbox ${call.netns} is gone; plexus gc deletes what is left`)
}

function resultOf({ containerId, call }: HeldCall, fault: CniError | undefined): Checked {
  const { code, msg, details } = fault ?? {}
  return { containerId, pod: podName(call), ...(code === undefined || msg === undefined ? {} : { code, msg, details }) }
}

function checkText(checked: readonly Checked[]): string {
  const lines = checked.map(({ containerId, pod, msg, details }) => {
    const name = `${pod}  ${containerId}`
    if (msg === undefined) return `${styled('green', 'as it was')}  ${name}`
    const more = details ? `\n${indented(details, 2)}` : ''
    return `${styled('red', 'changed')}    ${name}\n  ${wrapped(msg, 2, WIDTH - 2)}${more}`
  })
  const wrong = checked.filter(({ msg }) => msg !== undefined).length
  return [
    ...lines,
    `${counted(checked.length, 'container')} checked, ${wrong} not as ADD left ${wrong === 1 ? 'it' : 'them'}.`,
  ].join('\n')
}

import { isJsonObject, type JsonObject, type PluginOutcome, parseJson } from '../../src/cni/index.ts'

/** One run of a plugin: what it was sent, and what came back. */
export type RunRecord = {
  readonly plugin: string
  /** `CNI_COMMAND`, as it was sent. */
  readonly verb: string
  /** The `CNI_*` variables, as they were sent; one that was left out is not here. */
  readonly env: Readonly<Record<string, string>>
  readonly stdin: string
  readonly outcome: PluginOutcome
  /** Whether it is a run of the plugin under test, and not of one of its neighbours. */
  readonly isSubject: boolean
}

/** Whether a run ended with exit status 0. */
export function succeeded({ outcome: { end } }: RunRecord): boolean {
  return end.kind === 'exited' && end.status === 0
}

/** The JSON object a run printed; undefined where it printed none, or anything beside it. */
export function printedObject({ outcome: { stdout } }: RunRecord): JsonObject | undefined {
  try {
    const value = parseJson(stdout, 'stdout')
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** How a run ended, in words: `exit status 1`, `ended by SIGKILL`. */
export function endInWords({ outcome: { end } }: RunRecord): string {
  switch (end.kind) {
    case 'exited':
      return `exit status ${end.status}`
    case 'signalled':
      return `ended by ${end.signal}`
    case 'timed-out':
      return 'did not end in time'
    case 'output-too-long':
      return 'printed without end'
    case 'not-started':
      return `could not be started: ${end.reason}`
  }
}

/** What a failed run says of itself in one line: its error's code and message, or how it ended. */
export function saidOf(run: RunRecord): string {
  const error = printedObject(run)
  if (error === undefined || error['msg'] === undefined) return endInWords(run)
  const details = typeof error['details'] === 'string' && error['details'] !== '' ? ` (${error['details']})` : ''
  return `code ${String(error['code'])}: ${String(error['msg'])}${details}`
}

import type { Definition } from '../attach/index.ts'
import type { JournalView } from './journal-view.ts'
import type { ChosenNodeConfig } from './node-config-choice.ts'

/** What an examination came to: all is well, something should be known, something is to be mended. */
export type Verdict = {
  readonly status: 'ok' | 'warning' | 'error'
  readonly message: string
  /** The command that mends it. */
  readonly mend?: string
}

/** A node that is examined. */
export type Patient = {
  /** The folder the runtime reads. */
  readonly confDir: string
  /** The node configuration; undefined where there is none. */
  readonly chosen: ChosenNodeConfig | undefined
  readonly journal: JournalView
  /** All definitions that can be found out. */
  readonly definitions: readonly Definition[]
}

/** Says that something is as it should be. */
export function ok(message: string): Verdict {
  return { status: 'ok', message }
}

/** Says that something should be known, and what mends it. */
export function doubt(message: string, mend?: string): Verdict {
  return { status: 'warning', message, ...(mend === undefined ? {} : { mend }) }
}

/** Says that something is wrong, and what mends it. */
export function ill(message: string, mend?: string): Verdict {
  return { status: 'error', message, ...(mend === undefined ? {} : { mend }) }
}

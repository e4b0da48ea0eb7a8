import type { CniVersion } from '../src/cni/index.ts'
import type { Bench } from './bench/bench.ts'
import type { RunRecord } from './bench/run-record.ts'
import type { Kind } from './kind.ts'

/** How binding a sentence is; `NOTE` is one that no specification says, and that is reported and never counted. */
export type Level = 'MUST' | 'SHOULD' | 'NOTE'

/** The sentence a case tests. */
export type Sentence = {
  /** `CNI 1.1.0`, `CNI 0.4.0`, `CNI conventions`; what is told of by practice alone has `practice`. */
  readonly document: string
  /** The section's heading, or its beginning. */
  readonly section: string
  readonly level: Level
  /** The sentence, in the document's words where they are short. */
  readonly says: string
}

/** Something a plugin did that the sentence does not allow. */
export type Finding = {
  /** What was found, in one sentence. */
  readonly found: string
  /** The run in which it showed: what was sent, what came back. */
  readonly run?: RunRecord
  /** What the namespaces held, one thing a line. */
  readonly held?: readonly string[]
}

/** What became of a case. */
export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly findings: readonly Finding[] }
  | { readonly kind: 'notRun'; readonly reason: string }

/** One case: a sentence, and what shows whether a plugin keeps it. */
export type Case = {
  /** `DEL-02`: its group and number. */
  readonly id: string
  /** What holds where the case passes, as a sentence. */
  readonly title: string
  readonly sentence: Sentence
  readonly kinds: readonly Kind[]
  /** The oldest and the newest version the sentence is of; all of them unless given. */
  readonly since?: CniVersion
  readonly until?: CniVersion
  /** `each`: in every version that is asked for; `once`: in the newest of them, for the version makes no difference. */
  readonly versions: 'each' | 'once'
  /** Whether it is also run through Plexus: it uses ADD, CHECK and DEL as a runtime would, and nothing else. */
  readonly inChain?: boolean
  /**
   * Exercises the plugin, and gives what deviates; nothing where the sentence holds.
   * @throws NotRun where it cannot be told.
   */
  readonly run: (bench: Bench) => Promise<readonly Finding[]>
}

/** Kinds of plugins for the tables of cases. */
export const EVERY_KIND: readonly Kind[] = ['main', 'meta', 'ipam']

/** A sentence of the CNI specification 1.1.0. */
export function cni(section: string, level: Level, says: string): Sentence {
  return { document: 'CNI 1.1.0', section, level, says }
}

/** A sentence that the CNI specification had in 0.4.0 and that 1.x words otherwise or leaves out. */
export function cni040(section: string, level: Level, says: string): Sentence {
  return { document: 'CNI 0.4.0', section, level, says }
}

/** A sentence of CONVENTIONS.md. */
export function convention(section: string, level: Level, says: string): Sentence {
  return { document: 'CNI conventions', section, level, says }
}

/** What no document says, and runtimes count on. */
export function practice(level: Level, says: string): Sentence {
  return { document: 'practice', section: 'what runtimes count on', level, says }
}

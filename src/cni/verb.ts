/** The verbs of the CNI protocol, as `CNI_COMMAND` spells them (SPEC 1.1.0, section 2). */
export const VERBS = ['ADD', 'DEL', 'CHECK', 'STATUS', 'GC', 'VERSION'] as const

/** A verb of the CNI protocol. */
export type Verb = (typeof VERBS)[number]

/** Whether a text is a verb; verbs are case-sensitive. */
export function isVerb(text: string): text is Verb {
  return (VERBS as readonly string[]).includes(text)
}

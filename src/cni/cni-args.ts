/** One `KEY=value` of `CNI_ARGS`. */
export type CniArg = readonly [key: string, value: string]

/**
 * The pairs of a `CNI_ARGS` text. A piece without `=` has no meaning and is left out: what a runtime sends there
 * must not keep a pod from being deleted.
 */
export function parseCniArgs(text: string): readonly CniArg[] {
  return text.split(';').flatMap((piece) => {
    const at = piece.indexOf('=')
    return at > 0 ? [[piece.slice(0, at), piece.slice(at + 1)] as const] : []
  })
}

/** The value of a key in a `CNI_ARGS` text: the last one's, as libcni's reader keeps it; undefined without one. */
export function cniArg(text: string, key: string): string | undefined {
  return parseCniArgs(text).findLast(([name]) => name === key)?.[1]
}

/** A `CNI_ARGS` text with pairs added behind what the runtime sent; plugins are told to ignore those they don't know. */
export function withCniArgs(text: string, added: readonly CniArg[]): string {
  if (added.length === 0) return text
  const told = cniArg(text, 'IgnoreUnknown') === undefined ? [['IgnoreUnknown', 'true'] as const] : []
  const pairs = [...told, ...added].map(([key, value]) => `${key}=${value}`)
  return [...(text === '' ? [] : [text]), ...pairs].join(';')
}

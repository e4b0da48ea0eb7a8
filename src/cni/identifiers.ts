import { CniError, CODE } from './error.ts'

/** A container id that follows CNI's rules. */
export type ContainerId = string & { readonly brand: 'ContainerId' }
/** An interface name that the kernel and CNI accept. */
export type InterfaceName = string & { readonly brand: 'InterfaceName' }

// libcni pkg/utils/utils.go: the same expression for container ids and network names.
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/
const IFNAMSIZ = 16
// Go's unicode.IsSpace, which JavaScript's \s lacks one of (U+0085) and exceeds by one (U+FEFF).
const FORBIDDEN_IN_INTERFACE = /[/:\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL would end the name in the kernel and in the environment
const CONTROL = /[\u0000]/

/**
 * A container id.
 * @throws CniError 4 where CNI's rules forbid it.
 */
export function containerId(text: string): ContainerId {
  if (NAME.test(text)) return text as ContainerId
  throw new CniError(
    CODE.invalidEnvironment,
    `CNI_CONTAINERID: invalid characters in container id ${JSON.stringify(text)}; it must match ${NAME.source}`,
  )
}

/**
 * An interface name, at most 15 bytes.
 * @throws CniError 4 that says which of CNI's rules it breaks, and begins with `origin` (`CNI_IFNAME`).
 */
export function interfaceName(text: string, origin: string): InterfaceName {
  const fault = interfaceNameFault(text)
  if (fault === undefined) return text as InterfaceName
  throw new CniError(CODE.invalidEnvironment, `${origin}: interface name ${JSON.stringify(text)} ${fault}`)
}

/** What is wrong with an interface name, in words that follow it; undefined where nothing is. */
export function interfaceNameFault(text: string): string | undefined {
  if (text === '') return 'is empty'
  const bytes = new TextEncoder().encode(text).length
  if (bytes >= IFNAMSIZ) return `is too long: ${bytes} bytes, at most ${IFNAMSIZ - 1} are allowed`
  if (text === '.' || text === '..') return 'is . or ..'
  if (FORBIDDEN_IN_INTERFACE.test(text) || CONTROL.test(text)) return 'contains / or : or white space'
  return undefined
}

/** What is wrong with a network's name, in words that follow it; undefined where nothing is. */
export function networkNameFault(name: string): string | undefined {
  if (name === '') return 'is empty'
  return NAME.test(name) ? undefined : `has characters that are not allowed; it must match ${NAME.source}`
}

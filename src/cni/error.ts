import { printableLine, printableLines } from './printable.ts'

/**
 * The error codes Plexus uses. Below 100 they are CNI's own (SPEC 1.1.0, section 5 "Error"); the rest are
 * Plexus', documented in docs/errors.md.
 */
export const CODE = {
  /** The configuration asks for a version, or a verb, that is not supported. */
  incompatibleVersion: 1,
  /** A field of the configuration is not supported; the message names key and value. */
  unsupportedField: 2,
  /** The container is unknown: nothing was attached to it here, and nothing needs to be deleted. */
  unknownContainer: 3,
  /** A `CNI_*` variable is missing or invalid; the message names it. */
  invalidEnvironment: 4,
  /** Reading or writing failed. */
  ioFailure: 5,
  /** Something that should be JSON, or a CNI object, could not be decoded. */
  decodingFailure: 6,
  /** The network configuration is invalid. */
  invalidConfiguration: 7,
  /** A passing condition: the runtime should try again later. */
  tryAgainLater: 11,
  /** STATUS: the plugin cannot service ADD. */
  notAvailable: 50,
  /** STATUS: the plugin cannot service ADD, and existing containers may have limited connectivity. */
  notAvailableLimited: 51,
  /** A delegate failed and gave no CNI error of its own. */
  delegateFailed: 100,
  /** A delegate's result is not a CNI result. */
  delegateResult: 101,
  /** A delegate ran longer than `delegateTimeout` and was ended. */
  delegateTimeout: 102,
  /** A delegate's executable was not found, or could not be started. */
  delegateMissing: 103,
  /** A network the pod, or the node's configuration, asks for does not exist. */
  networkNotFound: 110,
  /** A pod annotation is invalid. */
  invalidAnnotation: 111,
  /** Namespace isolation forbids the pod this network. */
  notPermitted: 112,
  /** No plugin of the network declares the capability the pod asks for. */
  capabilityMissing: 113,
  /** An interface name is asked for twice, or taken. */
  interfaceTaken: 114,
  /** A network resolves to Plexus itself. */
  selfDelegation: 115,
  /** Default routes could not be set as asked. */
  defaultRoute: 116,
  /** A network takes a device of a resource of which the pod has none left. */
  deviceMissing: 117,
  /** Several attachments failed; `details` has a line for each. */
  several: 120,
  /** A fault in Plexus itself. */
  internal: 999,
} as const

/** One of the codes in {@link CODE}, or a delegate's own. */
export type ErrorCode = number

/** Where in a pod's networks an error happened; named once in the message, outermost first. */
export type ErrorContext = {
  /** The network as its user knows it: `namespace/definition`, or the CNI network name. */
  readonly network?: string
  /** The interface the attachment was to have. */
  readonly interface?: string
  /** The type of the plugin that failed. */
  readonly plugin?: string
}

/** The error object CNI prints on stdout (SPEC 1.1.0, section 5 "Error"). */
export type ErrorObject = {
  readonly cniVersion: string
  readonly code: ErrorCode
  readonly msg: string
  readonly details?: string
}

/**
 * A failure as CNI knows it. Thrown where the fault is known; printed once, at the edge. What it says may quote anybody:
 * a pod's author, a delegate. So neither text forges a line, nor reaches a terminal with an escape sequence in it.
 */
export class CniError extends Error {
  override readonly name = 'CniError'
  readonly code: ErrorCode
  /** One line: what failed, where, what to do. */
  readonly msg: string
  /** What a person needs beyond `msg`: a delegate's own details, its last lines on stderr. */
  readonly details: string | undefined

  constructor(
    code: ErrorCode,
    msg: string,
    options: { readonly details?: string | undefined; readonly cause?: unknown } = {},
  ) {
    const line = printableLine(msg)
    super(line, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.msg = line
    this.details = options.details && printableLines(options.details)
  }

  /** This error with the place it happened at in front of its message; code and details stay. */
  within(context: ErrorContext): CniError {
    const place = placeOf(context)
    return new CniError(this.code, `${place}: ${this.msg}`, { details: this.details, cause: this })
  }

  /** The object to print, in the version of the configuration the call was made with. */
  toObject(cniVersion: string): ErrorObject {
    const { code, msg, details } = this
    return details ? { cniVersion, code, msg, details } : { cniVersion, code, msg }
  }
}

/** Whether a value is a {@link CniError}. */
export function isCniError(value: unknown): value is CniError {
  return value instanceof CniError
}

/**
 * What a step gives, or resolves to; a CniError it throws is given the place it happened at.
 * @throws what the step throws, with the place in front of the message where it is a CniError.
 */
export function inContext<T>(context: ErrorContext, step: () => T): T {
  const placed = (fault: unknown): never => {
    throw isCniError(fault) ? fault.within(context) : fault
  }
  try {
    const value = step()
    return value instanceof Promise ? (value.catch(placed) as T) : value
  } catch (fault) {
    return placed(fault)
  }
}

/** Any thrown value as a {@link CniError}: itself, or code 999 with its message, and the value as cause. */
export function asCniError(value: unknown): CniError {
  if (isCniError(value)) return value
  const message = value instanceof Error ? value.message : String(value)
  return new CniError(CODE.internal, `internal error: ${message}`, { cause: value })
}

function placeOf({ network, interface: ifName, plugin }: ErrorContext): string {
  const parts: string[] = []
  if (network !== undefined) parts.push(`network ${network}${ifName === undefined ? '' : ` (${ifName})`}`)
  else if (ifName !== undefined) parts.push(`interface ${ifName}`)
  if (plugin !== undefined) parts.push(`plugin ${plugin}`)
  return parts.join(': ')
}

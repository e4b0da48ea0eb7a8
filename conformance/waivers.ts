import { CniError, CODE, isJsonObject, parseJson } from '../src/cni/index.ts'
import { hostFiles } from '../src/host/index.ts'
import { isNamed } from './plan.ts'

/** A deviation that its vendor knows of and stands by. */
export type Waiver = {
  /** The id of a case, or a pattern such as `CHK-*`. */
  readonly case: string
  /** The versions it is for; all unless given. */
  readonly versions?: readonly string[]
  readonly reason: string
}

/**
 * The waivers in a file: a JSON list of `{"case": "DEL-04", "reason": "…", "versions": ["1.0.0"]}`.
 * @throws CniError that names the file and the entry at fault.
 */
export function readWaivers(path: string): readonly Waiver[] {
  const list = parseJson(hostFiles.read(path), path)
  if (!Array.isArray(list)) throw new CniError(CODE.invalidConfiguration, `${path}: must be a list of waivers`)
  return list.map((entry: unknown, at) => {
    if (!isJsonObject(entry)) throw fault(path, at, 'must be an object')
    const { case: id, reason, versions } = entry
    if (typeof id !== 'string') throw fault(path, at, "must name a 'case'")
    if (typeof reason !== 'string' || reason.trim() === '') throw fault(path, at, "must give a 'reason'")
    if (versions === undefined) return { case: id, reason }
    if (!Array.isArray(versions)) throw fault(path, at, "'versions' must be a list")
    return { case: id, reason, versions: versions.map(String) }
  })
}

/** The waiver that a case in a version falls under. */
export function waiverFor(waivers: readonly Waiver[], id: string, version: string): Waiver | undefined {
  return waivers.find((one) => isNamed(id, [one.case]) && (one.versions?.includes(version) ?? true))
}

function fault(path: string, at: number, message: string): CniError {
  return new CniError(CODE.invalidConfiguration, `${path}: [${at}] ${message}`)
}

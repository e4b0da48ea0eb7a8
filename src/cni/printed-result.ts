import { CniError, CODE } from './error.ts'
import { isJsonObject, type Json, parseJson } from './json.ts'
import { type VersionedResult, versionedResult } from './result.ts'
import type { CniVersion } from './version.ts'

/**
 * The result that a plugin printed which succeeded at ADD; one that names no version is of the network's.
 * @throws CniError 101 where it printed nothing, what is no result, or an error.
 */
export function printedResult(stdout: string, cniVersion: CniVersion): VersionedResult {
  if (stdout.trim() === '') throw new CniError(CODE.delegateResult, 'succeeded but printed no result')
  const printed = parsed(stdout)
  refuseError(printed)
  return versionedResult(printed, cniVersion, 'result')
}

function parsed(stdout: string): Json {
  try {
    return parseJson(stdout, 'result')
  } catch (fault) {
    const { msg } = fault as CniError
    throw new CniError(CODE.delegateResult, msg, { details: `it printed ${JSON.stringify(stdout.slice(0, 200))}` })
  }
}

// It would pass for a result without interfaces, and yet the plugin says itself that it did not do what it was asked.
function refuseError(printed: Json): void {
  if (!isJsonObject(printed)) return
  const { code, msg } = printed
  if (typeof code === 'number' && code > 0 && typeof msg === 'string')
    throw new CniError(CODE.delegateResult, `succeeded but printed an error: ${msg} (code ${code})`)
}

import { CniError, CODE } from './error.ts'
import type { PluginEnd, PluginOutcome } from './exec.ts'
import { isJsonObject, type JsonObject, parseJson } from './json.ts'

const STDERR_LINES = 10

/**
 * What a plugin's run failed with, or undefined where it succeeded. The exit status alone decides, as in libcni;
 * the plugin's own code, message and details survive, and what it wrote to stderr last goes into the details.
 */
export function pluginFailure(outcome: PluginOutcome, timeoutMs: number): CniError | undefined {
  const { end, stdout, stderr } = outcome
  if (end.kind === 'exited' && end.status === 0) return undefined
  const said = lastLines(stderr)
  const details = said ? `stderr: ${said}` : undefined
  switch (end.kind) {
    case 'exited':
    case 'signalled':
      return ownError(stdout, details) ?? new CniError(CODE.delegateFailed, wordless(end, stdout), { details })
    case 'timed-out':
      return new CniError(CODE.delegateTimeout, `did not end within ${timeoutMs / 1000} s and was killed`, { details })
    case 'output-too-long':
      return new CniError(CODE.delegateResult, `printed more than ${end.limitBytes} bytes and was killed`, { details })
    case 'not-started':
      return new CniError(CODE.delegateMissing, `could not be started: ${end.reason}`)
  }
}

/** The last lines a plugin wrote to stderr, without the white space around them. */
export function lastLines(stderr: string): string {
  return stderr.trim().split('\n').slice(-STDERR_LINES).join('\n')
}

function ownError(stdout: string, stderr: string | undefined): CniError | undefined {
  const error = errorObject(stdout)
  if (!error) return undefined
  const { code, msg, details } = error
  const given = [typeof details === 'string' ? details : '', stderr ?? ''].filter((part) => part !== '').join('\n')
  return new CniError(
    typeof code === 'number' && Number.isSafeInteger(code) && code > 0 ? code : CODE.delegateFailed,
    typeof msg === 'string' && msg !== '' ? msg : 'failed with an error object that has no message',
    { details: given || undefined },
  )
}

function errorObject(stdout: string): JsonObject | undefined {
  try {
    const value = parseJson(stdout, 'stdout')
    return isJsonObject(value) && ('code' in value || 'msg' in value) ? value : undefined
  } catch {
    return undefined
  }
}

function wordless(end: PluginEnd & { kind: 'exited' | 'signalled' }, stdout: string): string {
  const how = end.kind === 'exited' ? `exit status ${end.status}` : `was killed by ${end.signal}`
  const excerpt = stdout.trim().slice(0, 200)
  return excerpt === ''
    ? `failed without a CNI error (${how})`
    : `failed without a CNI error (${how}); it printed ${JSON.stringify(excerpt)}`
}

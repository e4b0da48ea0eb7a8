import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs'
import type { NodeConfig } from '../attach/index.ts'
import { printableJson, toJson } from '../cni/index.ts'
import type { Log } from '../engine/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'
import { rotateLog } from './log-rotation.ts'

/** What of the node's configuration is about its log. */
export type LogSettings = Pick<NodeConfig, 'logLevel' | 'logToStderr' | 'logOptions'> & {
  readonly logFile?: string | undefined
}

type Fields = Readonly<Record<string, unknown>>
type Level = LogSettings['logLevel']
type Write = (line: string) => void

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
// A link would have whoever may write in the log's folder choose the file that is written to.
const APPENDING = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW

const LEVELS: readonly Level[] = ['debug', 'verbose', 'warning', 'error', 'panic']

/**
 * The log: a JSON object a line with `time` (RFC 3339), `level`, `msg` and the event's fields, to a file, to stderr, or
 * both. A field `msg`, which is an error's, is written as `cause`. A log that cannot be written fails no call; it
 * is said on stderr, once.
 */
export function hostLog(settings: LogSettings): Log {
  const { logFile, logToStderr } = settings
  const writes: readonly Write[] = [...(logFile ? [toFile(logFile, settings)] : []), ...(logToStderr ? [toStderr] : [])]
  const least = LEVELS.indexOf(settings.logLevel)
  const at = (level: Level): Log['debug'] => {
    if (writes.length === 0 || LEVELS.indexOf(level) < least) return () => {}
    return (msg, fields = {}) => {
      const line = `${printableJson(lineOf(level, msg, fields))}\n`
      for (const write of writes) write(line)
    }
  }
  return { debug: at('debug'), verbose: at('verbose'), warning: at('warning'), error: at('error') }
}

function lineOf(level: Level, msg: string, { msg: cause, ...fields }: Fields): string {
  const head = { time: new Date().toISOString(), level, msg }
  try {
    return toJson({ ...head, ...(cause === undefined ? {} : { cause }), ...fields })
  } catch (fault) {
    return toJson({ ...head, unwritable: String(fault) })
  }
}

// Opened with the first line there is to write, and never closed: the process ends, or logs on.
function toFile(path: string, { logOptions }: LogSettings): Write {
  let file: number | undefined
  let failed = false
  return (line) => {
    if (failed) return
    try {
      file ??= openRotated(path, logOptions)
      writeSync(file, line)
    } catch (fault) {
      failed = true
      if (file !== undefined) closeSync(file)
      toStderr(`${lineOf('error', 'the log cannot be written', { path, msg: errnoInWords(fault) })}\n`)
    }
  }
}

function openRotated(path: string, options: LogSettings['logOptions']): number {
  rotateLog(path, options)
  try {
    return openSync(path, APPENDING, 0o600)
  } catch (fault) {
    if (errnoOf(fault) !== 'ENOENT') throw fault
    mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true, mode: 0o755 })
    return openSync(path, APPENDING, 0o600)
  }
}

function toStderr(line: string): void {
  try {
    writeSync(2, line)
  } catch {
    // Nobody listens, and there is nowhere else to say so.
  }
}

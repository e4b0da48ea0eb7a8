import { writeSync } from 'node:fs'

/** Shows how far something is, to who waits for it. */
export type Progress = { readonly step: () => void; readonly end: () => void }

// Nobody minds a second.
const SILENT_MS = 1_000
const ERASED = '\r\u001b[K'

/**
 * Counts steps on standard error, once they take over a second; to nobody where that is no terminal. Where the total is
 * not known beforehand, it counts without.
 */
export function progress(what: string, total?: number): Progress {
  if (!process.stderr.isTTY) return { step: () => undefined, end: () => undefined }
  const began = Date.now()
  let done = 0
  let isShown = false
  return {
    step: () => {
      done += 1
      if (Date.now() - began < SILENT_MS) return
      isShown = true
      writeSync(2, `${ERASED}${what} ${done}${total === undefined ? '' : ` of ${total}`}`)
    },
    end: () => {
      if (isShown) writeSync(2, ERASED)
    },
  }
}

/** Waits for work without steps; counts the seconds on standard error, where that is a terminal. */
export async function waitedFor<T>(what: string, work: Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work
  let seconds = 0
  const timer = setInterval(() => {
    seconds += 1
    writeSync(2, `${ERASED}${what}, ${seconds} s`)
  }, SILENT_MS)
  try {
    return await work
  } finally {
    clearInterval(timer)
    if (seconds > 0) writeSync(2, ERASED)
  }
}

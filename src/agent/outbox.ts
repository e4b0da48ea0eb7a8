import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { asCniError, CniError, CODE } from '../cni/index.ts'
import type { Log, PodReport } from '../engine/index.ts'
import { keptReport } from './requests.ts'

/** A report that is kept until it has been told. */
export type KeptReport = { readonly report: PodReport; readonly forget: () => void }

/** What is to be told, kept in files: an agent that dies leaves them to the next. */
export type Outbox = {
  /** Keeps a report. @throws CniError 5 */
  readonly keep: (report: PodReport) => KeptReport
  /** What an agent before this one has left, oldest first. */
  readonly left: () => readonly KeptReport[]
}

const ENDING = '.json'

/** An outbox in a folder, which is made where it is missing. Reports are kept for an agent's life, not a machine's. */
export function outbox(folder: string, log: Log): Outbox {
  let made = 0
  const forget = (path: string) => (): void => rmSync(path, { force: true })
  return {
    keep(report) {
      made += 1
      // In the order they came, whichever agent of this boot they came to.
      const name = `${String(Date.now()).padStart(14, '0')}-${String(made).padStart(6, '0')}-${report.containerId}`
      const path = `${folder}/${name}${ENDING}`
      write(folder, path, JSON.stringify(report))
      return { report, forget: forget(path) }
    },
    left() {
      return namesIn(folder).flatMap((name) => {
        const path = `${folder}/${name}`
        try {
          return [{ report: keptReport(readFileSync(path, 'utf8'), path), forget: forget(path) }]
        } catch (fault) {
          log.error('a report that was kept cannot be read, and is dropped', { path, cause: asCniError(fault).msg })
          rmSync(path, { force: true })
          return []
        }
      })
    },
  }
}

function write(folder: string, path: string, text: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(`${path}.tmp`, text, { mode: 0o600, flag: 'wx' })
    renameSync(`${path}.tmp`, path)
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault)
    throw new CniError(CODE.ioFailure, `${path}: cannot be written: ${why}`, { cause: fault })
  }
}

function namesIn(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const names = readdirSync(folder)
  for (const name of names) if (name.endsWith('.tmp')) rmSync(`${folder}/${name}`, { force: true })
  return names.filter((name) => name.endsWith(ENDING)).sort()
}

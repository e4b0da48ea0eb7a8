import { setTimeout as delay } from 'node:timers/promises'
import { asCniError } from '../cni/index.ts'
import type { Log } from '../engine/index.ts'
import { type Certificate, type CertificateFiles, readCertificate } from './certificate.ts'

/** A certificate that is shown, and who is told of another one. */
export type ShownCertificate = {
  readonly files: CertificateFiles
  readonly shown: Certificate
  readonly renew: (certificate: Certificate) => void
  readonly log: Log
}

const LOOK_AGAIN_MS = 1_000

/**
 * Reads a certificate and its key again and again until the signal is given, and tells of what has changed. What cannot
 * be read, or is replaced only in half so far, leaves the one before, and is said once. The files are not watched: those
 * of a Secret are replaced by moving a link above them.
 */
export async function followCertificate(
  { files, renew, log, ...now }: ShownCertificate,
  stop: AbortSignal,
): Promise<void> {
  let { shown } = now
  let said: string | undefined
  for (;;) {
    await delay(LOOK_AGAIN_MS, undefined, { signal: stop }).catch(() => undefined)
    if (stop.aborted) return
    try {
      const read = readCertificate(files)
      said = undefined
      if (read.cert === shown.cert && read.key === shown.key) continue
      renew(read)
      shown = read
      log.verbose('the certificate has changed, and is shown from now on')
    } catch (fault) {
      const { msg } = asCniError(fault)
      if (msg !== said) log.error('the certificate cannot be read again; the one before stays', { cause: msg })
      said = msg
    }
  }
}

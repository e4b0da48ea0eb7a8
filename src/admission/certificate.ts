import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { CniError, CODE } from '../cni/index.ts'

/** The files of a server's certificate and of its key, PEM. */
export type CertificateFiles = { readonly certFile: string; readonly keyFile: string }

/** What a server shows, and what it proves it with. */
export type Certificate = { readonly cert: string; readonly key: string }

/**
 * Reads a certificate and its key.
 * @throws CniError 5 that names the file, where it cannot be read or is not PEM, or the two do not belong together.
 */
export function readCertificate({ certFile, keyFile }: CertificateFiles): Certificate {
  const cert = textOf(certFile)
  const key = textOf(keyFile)
  const certificate = parsed(certFile, 'certificate', () => new X509Certificate(cert))
  const privateKey = parsed(keyFile, 'private key', () => createPrivateKey(key))
  if (!certificate.checkPrivateKey(privateKey))
    throw new CniError(CODE.ioFailure, `${keyFile}: is not the key of the certificate in ${certFile}`)
  return { cert, key }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException
    throw new CniError(CODE.ioFailure, `${path}: cannot be read (${code}); a webhook needs a certificate and its key`)
  }
}

// What the reader says of a key is left out: it may quote it.
function parsed<T>(path: string, what: string, read: () => T): T {
  try {
    return read()
  } catch {
    throw new CniError(CODE.ioFailure, `${path}: holds no ${what} in PEM`)
  }
}

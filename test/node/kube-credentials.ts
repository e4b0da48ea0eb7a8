import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'

/** Who a kubeconfig says its user is. */
export type KubeUser =
  | { readonly token: string }
  | { readonly tokenFile: string }
  | ClientCertificate
  | { readonly exec: object }

/** The files of a certificate and its key, as a kubeconfig names them. */
export type ClientCertificate = { readonly 'client-certificate': string; readonly 'client-key': string }

/** Makes an authority of a folder's own, `ca.crt`, and `server.crt` with its key, for a server of these names. */
export function certify(folder: string, names: string): void {
  openssl(
    `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=plexus-test-ca -keyout ${folder}/ca.key -out ${folder}/ca.crt`,
  )
  signed(folder, 'server', '/CN=kube-apiserver', `subjectAltName=${names}`)
}

/** A certificate that the folder's authority has signed, in files of this name. */
export function signed(folder: string, name: string, subject: string, extensions = ''): ClientCertificate {
  const file = `${folder}/${name}`
  writeFileSync(`${file}.ext`, extensions)
  openssl(`req -new -newkey rsa:2048 -nodes -subj ${subject} -keyout ${file}.key -out ${file}.csr`)
  const authority = `-CA ${folder}/ca.crt -CAkey ${folder}/ca.key -CAcreateserial`
  openssl(`x509 -req -days 2 -in ${file}.csr ${authority} -extfile ${file}.ext -out ${file}.crt`)
  return { 'client-certificate': `${file}.crt`, 'client-key': `${file}.key` }
}

/** Writes a kubeconfig into a folder, and gives its path. */
export function writeKubeconfig(folder: string, name: string, user: KubeUser, cluster: object): string {
  mkdirSync(`${folder}/kubeconfigs`, { recursive: true })
  const path = `${folder}/kubeconfigs/${name}`
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name, user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: name } }],
    'current-context': 'test',
  }
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 })
  return path
}

function openssl(words: string): void {
  execFileSync('openssl', words.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] })
}

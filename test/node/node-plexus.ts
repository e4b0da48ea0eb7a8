import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { PLEXUS } from '../engine/plexus.ts'
import { type ApiServer, PORT, type Ran } from './kube-apiserver.ts'
import { CONF_DIR } from './node-ground.ts'

/** What the API server audits as the user whom Plexus is. */
export const PLEXUS_USER = 'system:serviceaccount:kube-system:plexus'

/** The folder of the journal. */
export const JOURNAL = '/var/lib/cni/multus/plexus'

const ROOT = new URL('../../', import.meta.url).pathname

/** The default network as it is on many a node: a bridge with a gateway, and ports of the host's. */
export const DEFAULT_NETWORK = {
  cniVersion: '0.4.0',
  name: 'cluster-net',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      hairpinMode: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: '10.244.0.0/24' }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
}

/** Puts the default network where the runtime and `plexus install` look for it. */
export function layDefaultNetwork(): void {
  mkdirSync(CONF_DIR, { recursive: true })
  writeFileSync(`${CONF_DIR}/10-cluster.conflist`, JSON.stringify(DEFAULT_NETWORK, undefined, 2))
}

/** Makes the service account of deploy/ with its rights. */
export function grantAccess({ kubectl }: ApiServer): void {
  const { status, stderr } = kubectl(['apply', '-f', `${ROOT}deploy/base/access.yaml`])
  if (status !== 0) throw new Error(stderr)
}

/**
 * Writes what a pod of the service account has in its folder: a token that the API server issued, and its authority.
 * @returns the folder.
 */
export function serviceAccountFolder({ kubectl, folder }: ApiServer): string {
  const account = `${folder}/service-account`
  mkdirSync(account, { recursive: true })
  const path = '/api/v1/namespaces/kube-system/serviceaccounts/plexus/token'
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } }
  const { status, stdout, stderr } = kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(request))
  if (status !== 0) throw new Error(stderr)
  writeFileSync(`${account}/token`, JSON.parse(stdout).status.token)
  writeFileSync(`${account}/ca.crt`, readFileSync(`${folder}/ca.crt`))
  return account
}

/** Runs `plexus install` with its flags, as the service account. */
export function installPlexus(api: ApiServer, ...flags: readonly string[]): Promise<Ran> {
  return plexus(['install', '--service-account', serviceAccountFolder(api), '--timeout', '20', ...flags])
}

/** Runs a command of the executable, told where the API server is as a pod is told. */
export function plexus(args: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env['PATH'], KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(PORT) }
  return new Promise((resolve) => {
    execFile(PLEXUS, args, { env }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

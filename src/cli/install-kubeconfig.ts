import { parseDocument } from 'yaml'
import { CniError, CODE } from '../cni/index.ts'

/** A service account as a pod has it. */
export type ServiceAccount = {
  readonly token: string
  /** The certificates of the API server's authority, PEM. */
  readonly ca: string
}

/** Where the API server is, as a pod is told. */
export type ApiServerEnvironment = Readonly<Record<string, string | undefined>>

const HEADER = '# Written by plexus install, and again whenever the service account has a new token. Edits are lost.\n'

/**
 * The text of a kubeconfig with a service account's token in it.
 * @throws CniError 4 where the environment does not say where the API server is.
 */
export function kubeconfigText({ token, ca }: ServiceAccount, env: ApiServerEnvironment): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'cluster',
        cluster: { server: serverUrl(env), 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    users: [{ name: 'plexus', user: { token } }],
    contexts: [{ name: 'plexus', context: { cluster: 'cluster', user: 'plexus' } }],
    'current-context': 'plexus',
  }
  // JSON, which is YAML as well: each call without an agent reads it, and needs no reader of YAML for it.
  return `${HEADER}${JSON.stringify(config, null, 2)}\n`
}

/** Whether a text is a kubeconfig that Plexus generated. */
export function isGeneratedKubeconfig(text: string): boolean {
  return text.startsWith(HEADER)
}

/** The token of a kubeconfig that Plexus generated; undefined where somebody has edited it away. */
export function tokenIn(text: string): string | undefined {
  const token = parseDocument(text).getIn(['users', 0, 'user', 'token'])
  return typeof token === 'string' ? token : undefined
}

/**
 * The API server's URL.
 * @throws CniError 4 where the environment does not say where it is.
 */
export function serverUrl({
  KUBERNETES_SERVICE_HOST: host,
  KUBERNETES_SERVICE_PORT: port,
}: ApiServerEnvironment): string {
  if (host && port) return `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  throw new CniError(
    CODE.invalidEnvironment,
    'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: are not both set; they say where the API server is',
  )
}

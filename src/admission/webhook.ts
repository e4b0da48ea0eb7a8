import { type KubeClient, kubeClient, kubeDefinitions } from '../cluster/index.ts'
import { asCniError } from '../cni/index.ts'
import type { Log } from '../engine/index.ts'
import { hostLog } from '../host/index.ts'
import { type CertificateFiles, readCertificate } from './certificate.ts'
import { followCertificate } from './certificate-watch.ts'
import { exchange } from './exchange.ts'
import { openHttpsServer } from './https-server.ts'
import type { FindDefinitions } from './judge.ts'

/** What a webhook is told. */
export type WebhookOptions = CertificateFiles & {
  /** Where it listens, `host:port`. */
  readonly address: string
  /** As whom definitions are looked up: a path, or in-cluster; undefined for not at all. */
  readonly kubeconfig?: string | undefined
}

// The API server waits five seconds, in deploy/webhook: a look-up must leave time for the answer.
const LOOKUP_MS = 2_000
const STOP_MS = 10_000
const NO_ROTATION = { maxAge: 0, maxSize: 0, maxBackups: 0, compress: false }

/**
 * The admission webhook: answers reviews over HTTPS, until the signal is given and what was asked has been answered.
 * @throws CniError that says what it cannot start without.
 */
export async function runWebhook(options: WebhookOptions, stop: AbortSignal): Promise<void> {
  const log = hostLog({ logLevel: 'verbose', logToStderr: true, logOptions: NO_ROTATION })
  const client = options.kubeconfig === undefined ? undefined : kubeClient(options.kubeconfig)
  const desk = { find: finder(client, log), log }
  const certificate = readCertificate(options)
  const server = await openHttpsServer(options.address, certificate, (request, response) =>
    exchange(request, response, desk),
  )
  log.verbose('the webhook is up', { address: options.address, looksUp: client !== undefined })
  await followCertificate({ files: options, shown: certificate, renew: server.renew, log }, stop)
  log.verbose('the webhook ends')
  await server.close(STOP_MS)
}

function finder(client: KubeClient | undefined, log: Log): FindDefinitions {
  return async (refs) => {
    if (refs.length === 0) return { definitions: [], namespacesOf: {} }
    if (!client) return { unknown: 'the webhook has no access to the API server' }
    try {
      return await kubeDefinitions(client, refs, LOOKUP_MS)
    } catch (fault) {
      const { msg } = asCniError(fault)
      log.warning('definitions cannot be looked up', { cause: msg })
      return { unknown: msg }
    }
  }
}

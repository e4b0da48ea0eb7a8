import type { Command } from 'commander'
import { stopSignal } from './install-pause.ts'

type Options = {
  readonly address: string
  readonly certFile: string
  readonly keyFile: string
  readonly kubeconfig?: string
}

const FOLDER = '/etc/plexus-webhook'
const EXAMPLES = `
Examples:
  kubectl apply -k deploy/webhook && sh deploy/webhook/certificate.sh
  plexus webhook --cert-file tls.crt --key-file tls.key

Exit status: 0 ended by SIGTERM or SIGINT; 2 it could not be run.`

/** Adds `webhook` to the command line. */
export function addWebhookCommand(plexus: Command): void {
  plexus
    .command('webhook')
    .description('refuse definitions and pods that cannot work when they are applied: an admission webhook')
    .option('--address <host:port>', 'where it listens, by HTTPS', '0.0.0.0:9443')
    .option('--cert-file <file>', 'its certificate, PEM; read again when it changes', `${FOLDER}/tls.crt`)
    .option('--key-file <file>', "the certificate's key", `${FOLDER}/tls.key`)
    .option('--kubeconfig <file>', "to look definitions up; default: the pod's service account, if any")
    .addHelpText('after', EXAMPLES)
    .action(async ({ kubeconfig, ...options }: Options) => {
      // Loaded late: no other command needs it.
      const [{ runWebhook }, { IN_CLUSTER }] = await Promise.all([
        import('../admission/index.ts'),
        import('../cluster/index.ts'),
      ])
      const inCluster = process.env['KUBERNETES_SERVICE_HOST'] === undefined ? undefined : IN_CLUSTER
      await runWebhook({ ...options, kubeconfig: kubeconfig ?? inCluster }, stopSignal())
    })
}

/**
 * The validating admission webhook: what `plexus validate` says of a definition or a pod, said by the API server to
 * whoever applies it.
 */
export { runWebhook, type WebhookOptions } from './webhook.ts'

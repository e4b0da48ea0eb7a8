/** The only room that talks to Kubernetes, or stands in for it. */
export { type AgentCall, type AgentCallOptions, agentCall } from './agent-call.ts'
export {
  BEGIN_PATH,
  type BeginAnswer,
  type BeginRequest,
  type DelegateRun,
  END_PATH,
  type EndRequest,
  MAX_REQUEST_BYTES,
  VERSION_PATH,
} from './agent-protocol.ts'
export type { AgentAnswer, AgentRequest, AgentTransport } from './agent-transport.ts'
export { agentVersion } from './agent-version.ts'
export { nodeEventObject, nodeEventsPath } from './event.ts'
export { filesSource, namespacesOf, resourcesIn } from './files-source.ts'
export { type KubeClient, kubeClient } from './kube-client.ts'
export { IN_CLUSTER } from './kube-connection.ts'
export { type KnownDefinitions, kubeDefinitions } from './kube-definitions.ts'
export { isPassing, KubeError, pauseAfterFault, statusOf } from './kube-error.ts'
export {
  type CountedEvent,
  countEvent,
  createEvent,
  isPointless,
  type KubeReporterOptions,
  kubeReporter,
} from './kube-reporter.ts'
export { isMeantPod, type KubeSourceOptions, kubeSource } from './kube-source.ts'
export { definitionResource, podResource, type Resource } from './resources.ts'
export { CLOCK, type Clock, type Retrying, retried } from './retries.ts'
export {
  type ApiServer,
  isTokenRefused,
  requestToken,
  type TokenClaims,
  tokenClaims,
} from './service-account-token.ts'
export { NETWORK_STATUS_ANNOTATION, statusPatch, statusPath, statusText } from './status-patch.ts'
export { writeStatus } from './status-write.ts'
export { type YamlDocument, yamlDocuments } from './yaml-documents.ts'

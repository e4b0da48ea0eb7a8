/**
 * The CNI standard and nothing else: versions, errors, configuration lists, results, conversion, merging, the chain.
 * A libcni in TypeScript; knows nothing of Kubernetes, and touches the machine only through the ports {@link Exec}
 * and {@link ConfigFiles}. How a result is validated, and how JSON keeps its digits, is deliberately not in here.
 */
export { type Cidr, canonicalAddress, canonicalCidr, type Family, isDefaultDestination } from './address.ts'
export { fromBase64, toBase64 } from './base64.ts'
export {
  type CachedAttachment,
  cachedAttachmentText,
  cacheFileName,
  mayBeCacheFileOf,
  parseCachedAttachment,
} from './cached-attachment.ts'
export {
  type Attachment,
  addNetwork,
  type ChainEvent,
  type ChainSettings,
  checkNetwork,
  delNetwork,
  findPlugin,
  gcNetwork,
  statusNetwork,
  type ValidAttachment,
} from './chain.ts'
export { type CniArg, cniArg, parseCniArgs, withCniArgs } from './cni-args.ts'
export {
  type ConfigFiles,
  configFiles,
  firstNetworkFile,
  folderPlugins,
  type NetworkFile,
  networkFile,
  networkFileNamed,
} from './config-files.ts'
export {
  isSinglePlugin,
  type NetworkList,
  networkList,
  networkListProblems,
  type PluginConfig,
  type PluginSource,
  withPlugins,
} from './config-list.ts'
export { declaresCapability, delegateConfig, delegateInput, type Injection } from './delegate-input.ts'
export {
  asCniError,
  CniError,
  CODE,
  type ErrorCode,
  type ErrorContext,
  type ErrorObject,
  inContext,
  isCniError,
} from './error.ts'
export type { Exec, PluginEnd, PluginOutcome, PluginRun } from './exec.ts'
export {
  type ContainerId,
  containerId,
  type InterfaceName,
  interfaceName,
  interfaceNameFault,
  networkNameFault,
} from './identifiers.ts'
export { type Call, type Invocation, type InvocationOf, MAX_CONFIG_BYTES, readInvocation } from './invocation.ts'
export {
  isJsonObject,
  type Json,
  type JsonObject,
  kindOf,
  parseJson,
  parseJsonObject,
  syntaxFault,
  toJson,
} from './json.ts'
export { lastLines } from './plugin-failure.ts'
export { printableJson, printableLines } from './printable.ts'
export { accepted, type Problem, problemsOf, problemText, type Reading, type Validator } from './problem.ts'
export {
  type Dns,
  type Interface,
  type Ip,
  type Result,
  type Route,
  type VersionedResult,
  versionedResult,
} from './result.ts'
export { type Conversion, convertResult, editResult, newestResult } from './result-conversion.ts'
export { addedResult, attributedResult, EMPTY_RESULT, mergeResults, refreshedResult } from './result-merge.ts'
export { shadowOf } from './runtime-choice.ts'
export { isVerb, VERBS, type Verb } from './verb.ts'
export { atLeast, CNI_VERSIONS, type CniVersion, isCniVersion, knownVersion, knowsVerb, NEWEST } from './version.ts'
export { VERSION_RESULT } from './version-result.ts'

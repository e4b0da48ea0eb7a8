import {
  accepted,
  type CniVersion,
  CODE,
  isJsonObject,
  type JsonObject,
  knownVersion,
  networkNameFault,
  type Problem,
  problemsOf,
  type Reading,
} from '../cni/index.ts'
import { isNodeConfig } from './generated/validators.js'
import { keyWarnings, knownSpelling } from './node-config-keys.ts'
import type { nodeConfigSchema } from './schemas.ts'
import { judgeable, type Written } from './written-object.ts'

type WrittenConfig = Written<(typeof nodeConfigSchema)['properties']>
type LogOptions = {
  /** In days. */
  readonly maxAge: number
  /** In megabytes. */
  readonly maxSize: number
  readonly maxBackups: number
  readonly compress: boolean
}

/** What is logged: this and everything worse. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Whether a network's first plugin is handed the result of the networks before it. */
export type Chaining = NonNullable<WrittenConfig['chaining']>

/** The node's configuration with every default filled in; timeouts in seconds. */
export type NodeConfig = Required<
  Pick<WrittenConfig, 'name' | 'type' | 'chaining' | 'result' | 'multusCompatible' | keyof typeof DEFAULTS>
> &
  Pick<WrittenConfig, 'clusterNetwork' | 'kubeconfig' | 'readinessindicatorfile' | 'auxiliaryCNIChainName'> &
  Pick<WrittenConfig, 'capabilities' | 'logFile' | 'daemonSocketDir' | 'agentSocket' | 'maxConcurrent'> & {
    readonly cniVersion: CniVersion
    /** Networks as they were written, the default one first; they count only without `clusterNetwork`. */
    readonly delegates: readonly JsonObject[]
    /** The namespaces whose definitions are open to every pod under `namespaceIsolation`. */
    readonly globalNamespaces: readonly string[]
    /** What the runtime sends for the default network, every key of it. */
    readonly runtimeConfig?: JsonObject
    readonly logLevel: LogLevel
    readonly logOptions: LogOptions
    /** The folder of YAML that stands in for the API server. */
    readonly source?: { readonly files: string }
    /** The whole configuration as it was written. */
    readonly raw: JsonObject
  }

/** A node configuration, and what in it has no effect, or another one than it seems to. */
export type NodeConfigReading = { readonly config: NodeConfig; readonly warnings: readonly Problem[] }

const LOG_LEVELS = ['debug', 'verbose', 'warning', 'error', 'panic'] as const
const DEFAULT_LOG_LEVEL: LogLevel = 'warning'
const LOG_OPTIONS: LogOptions = { maxAge: 5, maxSize: 100, maxBackups: 5, compress: true }
const MULTUS_TYPES = ['multus', 'multus-shim']
const ORIGIN = 'the node configuration'

// Multus', but for the timeouts, which it has no keys for.
const DEFAULTS = {
  defaultNetworks: [],
  systemNamespaces: ['kube-system'],
  multusNamespace: 'kube-system',
  namespaceIsolation: false,
  confDir: '/etc/cni/multus/net.d',
  cniDir: '/var/lib/cni/multus',
  binDir: '/opt/cni/bin',
  retryDeleteOnError: false,
  logToStderr: true,
  delegateTimeout: 120,
  delegateEnvironment: [],
  apiTimeout: 30,
  events: true,
} satisfies WrittenConfig

/**
 * Reads the node's configuration; one without `type` is that of the plugin that reads it.
 * @throws CniError 7 that names the JSON path at fault, and in its details further ones; 1 for an unknown version.
 */
export function readNodeConfig(config: JsonObject, pluginName = 'plexus'): NodeConfigReading {
  const spelled = knownSpelling(config)
  const written = accepted(readWritten(spelled), CODE.invalidConfiguration, ORIGIN)
  const read = withDefaults(written, spelled, pluginName)
  return { config: { ...read, raw: config }, warnings: [...keyWarnings(config), ...valueWarnings(written)] }
}

/** Everything that is wrong with a node configuration that {@link readNodeConfig} would refuse, but for its version. */
export function nodeConfigProblems(config: JsonObject): readonly Problem[] {
  const reading = readWritten(knownSpelling(config))
  return reading.kind === 'read' ? [] : reading.problems
}

function readWritten(spelled: JsonObject): Reading<WrittenConfig> {
  const judged = judgeable(spelled)
  const shape = problemsOf(isNodeConfig, judged)
  const value = judged as WrittenConfig
  const problems = shape.length > 0 ? shape : valueProblems(value)
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'read', value }
}

function valueProblems({ name = '', clusterNetwork, delegates = [] }: WrittenConfig): readonly Problem[] {
  const fault = networkNameFault(name)
  const named = fault === undefined ? [] : [{ path: 'name', message: `${JSON.stringify(name)} ${fault}` }]
  if (clusterNetwork !== undefined || delegates.length > 0) return named
  return [
    ...named,
    { path: '', message: 'clusterNetwork or delegates: one of them must say what the default network is' },
  ]
}

function withDefaults(written: WrittenConfig, spelled: JsonObject, pluginName: string): Omit<NodeConfig, 'raw'> {
  const { name = '', type = pluginName, systemNamespace, prevResult: _, runtimeConfig: __, ...rest } = written
  const { runtimeConfig, delegates } = spelled
  const likeMultus = MULTUS_TYPES.includes(type)
  return {
    ...DEFAULTS,
    chaining: likeMultus ? 'isolated' : 'threaded',
    result: likeMultus ? 'primary' : 'merged',
    multusCompatible: likeMultus,
    ...(systemNamespace === undefined ? {} : { multusNamespace: systemNamespace }),
    ...rest,
    name,
    type,
    cniVersion: knownVersion(written.cniVersion, ORIGIN),
    delegates: Array.isArray(delegates) ? delegates : [],
    globalNamespaces: namespaceList(written.globalNamespaces ?? 'default'),
    ...(isJsonObject(runtimeConfig) ? { runtimeConfig } : {}),
    logLevel: logLevel(written.logLevel) ?? DEFAULT_LOG_LEVEL,
    logOptions: { ...LOG_OPTIONS, ...written.logOptions },
  }
}

function namespaceList(written: string | readonly string[]): readonly string[] {
  const names = typeof written === 'string' ? written.split(',') : written
  return names.map((name) => name.trim()).filter((name) => name !== '')
}

function logLevel(written: string | undefined): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === written?.toLowerCase())
}

function valueWarnings(written: WrittenConfig): readonly Problem[] {
  const { clusterNetwork, delegates = [], defaultNetworks = [] } = written
  const warnings: Problem[] = []
  if (clusterNetwork !== undefined && delegates.length > 0)
    warnings.push({ path: 'delegates', message: 'has no effect, because clusterNetwork is set' })
  if (clusterNetwork === undefined && defaultNetworks.length > 0)
    warnings.push({ path: 'defaultNetworks', message: 'has no effect without clusterNetwork' })
  if (written.logLevel !== undefined && logLevel(written.logLevel) === undefined)
    warnings.push({
      path: 'logLevel',
      message: `must be one of ${LOG_LEVELS.join(', ')}; ${DEFAULT_LOG_LEVEL} is taken instead`,
    })
  return warnings
}

import type { JsonObject } from '../cni/index.ts'
import type { MultusNode } from './migrate-inputs.ts'

/** How a Multus node is to be taken over. */
export type MigrateChoice = {
  /** Whether networks are threaded and the result merged, rather than as Multus has it, with no way back to it. */
  readonly plexusDefaults: boolean
}

// The flags of Multus' entry point that say what a key says.
const FLAG_KEYS: Readonly<Record<string, string>> = {
  'multus-cni-conf-dir': 'confDir',
  'global-namespaces': 'globalNamespaces',
  'multus-log-level': 'logLevel',
  'multus-log-file': 'logFile',
  'readiness-indicator-file': 'readinessindicatorfile',
}
const FLAG_SWITCHES: Readonly<Record<string, string>> = {
  'namespace-isolation': 'namespaceIsolation',
  'multus-log-to-stderr': 'logToStderr',
}

// What only Multus' daemon, or the writer of its configuration, reads.
const LEFT_OUT = [
  ...['daemonSocketDir', 'socketDir', 'cniConfigDir', 'multusConfigFile', 'multusAutoconfigDir', 'multusMasterCNI'],
  ...['cniConf', 'chrootDir', 'metricsPort', 'enablePprof', 'connectionLimit', 'perNodeCertificate'],
  ...['overrideNetworkName', 'forceCNIVersion', 'retryDeleteOnError'],
]

// What is the default under the type multus.
const LIKE_MULTUS = { chaining: 'isolated', result: 'primary', multusCompatible: true } as const

// Where plexus install puts the one it makes.
const KUBECONFIG = '/etc/cni/net.d/plexus.d/plexus.kubeconfig'

/** The node configuration of Plexus that does what a Multus node's does: its keys, its flags where it lacks the key. */
export function migratedConfig({ config, args, daemon }: MultusNode, { plexusDefaults }: MigrateChoice): JsonObject {
  const all = { ...fromFlags(args), ...daemon, ...config }
  const kept = Object.fromEntries(Object.entries(all).filter(([key]) => !LEFT_OUT.includes(key)))
  const { cniVersion, name, type: _, clusterNetwork, ...rest } = kept
  return {
    cniVersion: cniVersion ?? '1.0.0',
    name: name ?? 'multus-cni-network',
    type: 'plexus',
    ...(clusterNetwork === undefined ? {} : { clusterNetwork: onHost(clusterNetwork) }),
    ...(plexusDefaults ? {} : LIKE_MULTUS),
    ...rest,
    ...(typeof rest['confDir'] === 'string' ? { confDir: onHost(rest['confDir']) } : {}),
    ...(typeof rest['binDir'] === 'string' ? { binDir: onHost(rest['binDir']) } : {}),
    kubeconfig: rest['kubeconfig'] ?? KUBECONFIG,
  }
}

function fromFlags(args: MultusNode['args']): JsonObject {
  const keys = Object.entries(FLAG_KEYS).flatMap(([flag, key]) => (args[flag] ? [[key, args[flag]] as const] : []))
  const switches = Object.entries(FLAG_SWITCHES).flatMap(([flag, key]) =>
    args[flag] === undefined ? [] : [[key, args[flag] === 'true'] as const],
  )
  return Object.fromEntries([...keys, ...switches])
}

// Multus' containers have the host's folders below /host; Plexus is run on the host.
function onHost<T>(value: T): T | string {
  return typeof value === 'string' ? value.replace(/^\/host(?=\/)/, '') : value
}

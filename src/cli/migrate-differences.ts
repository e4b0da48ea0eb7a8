import type { JsonObject } from '../cni/index.ts'
import type { MigrateChoice } from './migrate-config.ts'
import type { MultusNode } from './migrate-inputs.ts'

/** Something that will be different, and when it will be seen. */
export type Difference = { readonly about: string; readonly what: string }

type Rule = Difference & { readonly applies: (node: MultusNode, choice: MigrateChoice) => boolean }

const always = (): boolean => true
const has =
  (key: string) =>
  ({ config, daemon }: MultusNode) =>
    (config[key] ?? daemon[key]) !== undefined
const flag =
  (name: string) =>
  ({ args }: MultusNode) =>
    args[name] !== undefined && args[name] !== 'false'

// docs/coming-from-multus.md has all of them, with their reasons.
const RULES: readonly Rule[] = [
  {
    about: 'the thick plugin',
    what: 'no daemon runs the plugins any more: the executable does, in the mounts and the control group of the runtime; the DaemonSet of Plexus replaces that of Multus',
    applies: ({ config }) => config['type'] === 'multus-shim',
  },
  {
    about: 'kubeconfig',
    what: 'the shim has none; plexus install writes the one that is named here from its service account',
    applies: (node) => !has('kubeconfig')(node),
  },
  {
    about: 'chaining, result',
    what: 'the first plugin of each network is handed the result so far, and the runtime is told of every network: set chaining to isolated and result to primary to have them as in Multus',
    applies: (_, { plexusDefaults }) => plexusDefaults,
  },
  {
    about: 'multusCompatible',
    what: 'is set: a Multus that is put back deletes the pods that Plexus attached; take it away when you no longer want to go back',
    applies: (_, { plexusDefaults }) => !plexusDefaults,
  },
  {
    about: 'capabilities',
    what: 'a pod that asks for ips, mac, infiniband-guid, portMappings or bandwidth of a network that declares no such capability fails with error 113; Multus ignores what it asks for',
    applies: always,
  },
  {
    about: 'annotations',
    what: 'an unknown key, a port, MAC or protocol that is none, and an empty ips fail with error 111; Multus ignores them or passes them on',
    applies: always,
  },
  {
    about: 'default-route',
    what: 'has an effect again: the default routes of that family are replaced',
    applies: always,
  },
  {
    about: 'runtimeConfig',
    what: 'host ports and bandwidth of the pod itself reach the default network alone; Multus gives them to every network',
    applies: has('capabilities'),
  },
  {
    about: 'DEL',
    what: 'a plugin that fails is an error, and what it could not delete is tried again by the next DEL; Multus reports success',
    applies: always,
  },
  {
    about: 'retryDeleteOnError',
    what: 'is left out: what could not be deleted always stays in the journal',
    applies: has('retryDeleteOnError'),
  },
  {
    about: 'a pod that is gone at ADD',
    what: 'is error 11; Multus reports success with address 0.0.0.0',
    applies: always,
  },
  { about: 'a plugin that hangs', what: 'is ended after delegateTimeout, 120 s; Multus waits', applies: always },
  {
    about: 'namespaceIsolation',
    what: 'holds for v1.multus-cni.io/default-network as well, and for definitions that name a file of the node',
    applies: (node) => has('namespaceIsolation')(node) || flag('namespace-isolation')(node),
  },
  {
    about: 'auxiliaryCNIChainName',
    what: "needs no passthru: the chain is handed the pod's result",
    applies: has('auxiliaryCNIChainName'),
  },
  {
    about: 'GC, CHECK',
    what: "reach every network of a pod; Multus' reach the default network, or those in delegates",
    applies: always,
  },
  {
    about: 'the log',
    what: 'is a JSON object a line',
    applies: always,
  },
  {
    about: 'logLevel',
    what: 'is warning where it is not set; Multus logs nothing but panics then',
    applies: (node) => !has('logLevel')(node) && node.args['multus-log-level'] === undefined,
  },
  {
    about: '--cleanup-config-on-exit',
    what: 'has no counterpart: only plexus uninstall removes the node configuration',
    applies: flag('cleanup-config-on-exit'),
  },
  {
    about: '--additional-bin-dir',
    what: 'has no counterpart: put these plugins into binDir, or see that the runtime has the folder in CNI_PATH',
    applies: flag('additional-bin-dir'),
  },
  {
    about: '--rename-conf-file',
    what: 'has no counterpart: the default network keeps its file, and Plexus stands before it',
    applies: flag('rename-conf-file'),
  },
  {
    about: '--override-network-name',
    what: 'has no counterpart: name is the name of the node configuration',
    applies: (node) => flag('override-network-name')(node) || has('overrideNetworkName')(node),
  },
  {
    about: '--skip-tls-verify',
    what: 'has no counterpart: name the authority in the kubeconfig',
    applies: flag('skip-tls-verify'),
  },
]

/** What will be different on a node that changes to Plexus, as far as that shows in how it is set up. */
export function differencesOf(node: MultusNode, choice: MigrateChoice): readonly Difference[] {
  return RULES.filter(({ applies }) => applies(node, choice)).map(({ about, what }) => ({ about, what }))
}

/** The command that installs Plexus as Multus was installed. */
export function installCommand({ args }: MultusNode, config: JsonObject): string {
  const master = args['multus-master-cni-file-name']
  const ready = config['readinessindicatorfile']
  return [
    'plexus install',
    ...(master ? [`--default-network ${master}`] : []),
    ...(typeof ready === 'string' ? [`--readiness-indicator-file ${ready}`] : []),
    ...(args['skip-multus-binary-copy'] === 'true' ? ['--skip-executable'] : []),
  ].join(' ')
}

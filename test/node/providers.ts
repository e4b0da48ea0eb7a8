/** A provider of networks, as its own installer leaves it on a node; its files are in examples/providers. */
export type Provider = {
  /** What people call it. */
  readonly title: string
  /** Its folder below examples/providers. */
  readonly folder: string
  /** Its network configuration, as it lies in the runtime's folder. */
  readonly file: string
  /** Its own CNI plugins; empty where they are reference plugins. */
  readonly plugins: readonly string[]
  /** The folder that has them for real: `PLEXUS_PROVIDER_BIN` unless given; empty for the fakes. */
  readonly realIn?: string
  /** What its agent makes on the node before the first pod. */
  readonly files: Readonly<Record<string, string>>
  /** The version in which its list can be checked; its own knows no CHECK. */
  readonly checkedAs?: string
}

const CALICO_FILES = { '/var/lib/calico/nodename': 'node1', '/etc/cni/net.d/calico-kubeconfig': 'kind: Config\n' }
const CILIUM = {
  plugins: ['cilium-cni'],
  files: { '/var/run/cilium/cilium.sock': '' },
  file: '05-cilium.conflist',
  checkedAs: '1.0.0',
} as const

/** What flanneld writes when it is ready; examples/providers/flannel has the same. */
export const SUBNET_ENV =
  'FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.1.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n'

/** The providers that must work beside Plexus, by the id of their row. */
export const PROVIDERS = {
  'J-Calico': {
    title: 'Calico',
    folder: 'calico',
    file: '10-calico.conflist',
    plugins: ['calico'],
    files: CALICO_FILES,
    checkedAs: '0.4.0',
  },
  'J-Flannel': {
    title: 'Flannel',
    folder: 'flannel',
    file: '10-flannel.conflist',
    plugins: ['flannel'],
    files: { '/run/flannel/subnet.env': SUBNET_ENV },
    checkedAs: '1.0.0',
  },
  'J-Cilium': { ...CILIUM, title: 'Cilium', folder: 'cilium' },
  'J-Cilium-chained': { ...CILIUM, title: 'Cilium, chained after `ptp`', folder: 'cilium/chained' },
  'J-Weave': { title: 'Weave Net', folder: 'weave', file: '10-weave.conflist', plugins: ['weave-net'], files: {} },
  'J-Canal': {
    title: 'Canal',
    folder: 'canal',
    file: '10-canal.conflist',
    plugins: ['calico'],
    files: { ...CALICO_FILES, '/run/flannel/subnet.env': SUBNET_ENV },
    checkedAs: '0.4.0',
  },
  'J-Multus': {
    title: 'Multus, as a delegate',
    folder: 'multus',
    file: '10-multus.conf',
    plugins: ['multus'],
    files: {},
    checkedAs: '1.0.0',
  },
  'J-Macvlan': { title: 'Macvlan', folder: 'macvlan', file: '10-macvlan.conflist', plugins: [], files: {} },
} as const satisfies Record<string, Provider>

/** The id of a provider's row. */
export type ProviderId = keyof typeof PROVIDERS

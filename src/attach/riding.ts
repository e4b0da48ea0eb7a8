import type { NetworkList } from '../cni/index.ts'

// The reference plugins that make no interface: containernetworking/plugins, plugins/meta, less flannel.
const MAKES_NONE = new Set(['bandwidth', 'firewall', 'portmap', 'sbr', 'tuning', 'vrf'])

/**
 * Whether a network makes no interface of its own but changes one that is there, being made of such plugins alone.
 * They act on `CNI_IFNAME`, so that theirs is the name of that interface.
 */
export function ridesOnAnother({ plugins }: NetworkList): boolean {
  return plugins.every(({ type }) => MAKES_NONE.has(type))
}

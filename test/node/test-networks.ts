import { bridge, definition } from '../engine/plexus.ts'

/** A macvlan on the node's uplink. */
export const LAN = definition('lan', {
  cniVersion: '0.3.1',
  name: 'lan',
  type: 'macvlan',
  mode: 'bridge',
  ipam: { type: 'host-local', subnet: '10.88.20.0/24' },
})

/** A bridge of the node's own. */
export const STORAGE = definition('storage', bridge(30, { bridge: 'br-storage' }))

/** What Events and status of a pod on {@link LAN} and {@link STORAGE} name, in the order of their interfaces. */
export const ATTACHED = [
  { name: 'cluster-net', ifName: 'eth0', length: 24 },
  { name: 'default/lan', ifName: 'net1', length: 24 },
  { name: 'default/storage', ifName: 'net2', length: 16 },
] as const

import { assert } from '../harness.ts'
import type { ApiServer } from './kube-apiserver.ts'
import { execIn, networkStatus, type PodEvent, plexusEvents, type StatusEntry } from './node-pods.ts'
import { ATTACHED } from './test-networks.ts'

/** Fails unless a pod's status names its three networks, with what `ip address` shows in the pod. Gives the status. */
export function assertStatus(api: ApiServer, pod: string): readonly StatusEntry[] {
  const status = networkStatus(api, pod)
  assert.equal(
    status.map(({ name, interface: ifName, default: isDefault }) => [name, ifName, isDefault ?? false]),
    ATTACHED.map(({ name, ifName }) => [name, ifName, ifName === 'eth0']),
  )
  const shown = execIn(api, pod, ['ip', 'address']).split(/^\d+: /m)
  for (const { interface: ifName, ips: [ip] = [], mac } of status) {
    const link = shown.find((text) => text.startsWith(`${ifName}@`)) ?? ''
    assert.match(link, `link/ether ${mac} `)
    assert.match(link, `inet ${ip}/`)
  }
  return status
}

/** The Events that a pod with this status has: one for each of its three networks, said once. */
export function expectedEvents(status: readonly StatusEntry[]): readonly PodEvent[] {
  return ATTACHED.map(({ name, ifName, length }, index) => {
    const message = `Add ${ifName} [${status[index]?.ips}/${length}] from ${name}`
    return { type: 'Normal', reason: 'AddedInterface', message, count: 1 }
  })
}

/** A pod's Events in an order of their own: they are sent at once. */
export function sortedEvents(api: ApiServer, pod: string): readonly PodEvent[] {
  return [...plexusEvents(api, pod)].sort((a, b) => a.message.localeCompare(b.message))
}

import { CniError, CODE } from '../cni/index.ts'
import { type Definition, type DefinitionRef, RESOURCE_NAME_ANNOTATION } from './definition.ts'
import type { Knowledge } from './knowledge.ts'

/** What an attachment wants of devices: one of a resource, or a certain one. */
export type DeviceWish = {
  /** The network as its user knows it. */
  readonly network: string
  readonly resource?: string | undefined
  readonly deviceID?: string | undefined
}

/** The device an attachment gets; `resource` is known where its definition names one. */
export type AllocatedDevice = { readonly deviceID: string; readonly resource?: string | undefined }

/** The resource that a definition's attachments take a device of; undefined where they take none. */
export function resourceOf(definition: Pick<Definition, 'annotations'> | undefined): string | undefined {
  return definition?.annotations[RESOURCE_NAME_ANNOTATION]?.trim() || undefined
}

/** The resources whose devices have to be looked up before definitions that are named can be planned; each once. */
export function resourcesWanted(
  definitions: readonly Definition[],
  named: readonly DefinitionRef[],
): readonly string[] {
  const wanted = definitions.filter(({ namespace, name }) =>
    named.some((ref) => ref.namespace === namespace && ref.name === name),
  )
  return [...new Set(wanted.flatMap((definition) => resourceOf(definition) ?? []))]
}

/**
 * The device of each of a pod's attachments, in their order: the one it asks for, or else the first of its resource
 * that nobody before it has and nobody asks for. Where no devices are known (no pod, nobody to ask) only those that
 * are asked for are given.
 * @throws CniError 117 where a resource has too few, with the resource and both numbers.
 */
export function deviceAllocation(
  wishes: readonly DeviceWish[],
  devices: Knowledge['devices'],
): readonly (AllocatedDevice | undefined)[] {
  const pools = new Map<string, readonly string[]>()
  for (const [resource, ids] of Object.entries(devices ?? {}))
    pools.set(
      resource,
      ids.filter((id) => !wishes.some((wish) => wish.resource === resource && wish.deviceID === id)),
    )
  return wishes.map((wish) => {
    const { resource, deviceID } = wish
    if (deviceID !== undefined) return { deviceID, resource }
    if (resource === undefined || devices === undefined) return undefined
    const [next, ...others] = pools.get(resource) ?? []
    if (next === undefined) throw exhausted(wish, wishes, devices)
    pools.set(resource, others)
    return { deviceID: next, resource }
  })
}

function exhausted(
  { network, resource = '' }: DeviceWish,
  wishes: readonly DeviceWish[],
  devices: NonNullable<Knowledge['devices']>,
): CniError {
  const has = Object.hasOwn(devices, resource) ? (devices[resource]?.length ?? 0) : 0
  const want = wishes.filter((wish) => wish.resource === resource).length
  const fault = `no device of resource ${JSON.stringify(resource)} is left: the pod has ${has}, its networks want ${want}`
  return new CniError(CODE.deviceMissing, `${fault}; request as many in the pod's containers`).within({ network })
}

import { CniError, CODE } from '../cni/index.ts'

/** The ids of devices of one resource that the kubelet gave to one container. */
export type ResourceDevices = { readonly resource: string; readonly ids: readonly string[] }

/** The devices of a pod, all its containers' in their order. */
export type PodDevices = {
  readonly namespace: string
  readonly name: string
  readonly devices: readonly ResourceDevices[]
}

type Field = { readonly number: number; readonly bytes: Uint8Array }

/**
 * The pods of a ListPodResourcesResponse (k8s.io/kubelet/pkg/apis/podresources/v1/api.proto), in its wire format. Of
 * its messages the few fields that are needed are read; what is unknown is passed over, as protobuf wants it.
 * @throws CniError 6 where the bytes are no such message.
 */
export function podDevices(response: Uint8Array): readonly PodDevices[] {
  return messages(fieldsOf(response), 1).map((pod) => ({
    name: text(pod, 1),
    namespace: text(pod, 2),
    devices: messages(pod, 3).flatMap((container) => messages(container, 2).map(resourceDevices)),
  }))
}

function resourceDevices(device: readonly Field[]): ResourceDevices {
  return { resource: text(device, 1), ids: values(device, 2).map(decoded) }
}

function messages(fields: readonly Field[], number: number): readonly (readonly Field[])[] {
  return values(fields, number).map(fieldsOf)
}

// Of a field that is not repeated the last one counts (protobuf encoding, "Last One Wins").
function text(fields: readonly Field[], number: number): string {
  const last = values(fields, number).at(-1)
  return last === undefined ? '' : decoded(last)
}

function values(fields: readonly Field[], number: number): readonly Uint8Array[] {
  return fields.flatMap((field) => (field.number === number ? [field.bytes] : []))
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

// Strings and messages only: nothing that is needed is of another wire type.
function fieldsOf(message: Uint8Array): readonly Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[at] ?? malformed(at)
      at += 1
      // A number of 64 bits loses digits here; tags and lengths have at most 32.
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return malformed(at)
  }
  while (at < message.length) {
    const tag = varint()
    const wireType = tag % 8
    if (wireType === 0) varint()
    else if (wireType === 1) at += 8
    else if (wireType === 5) at += 4
    else if (wireType === 2) {
      const length = varint()
      fields.push({ number: Math.floor(tag / 8), bytes: message.subarray(at, at + length) })
      at += length
    } else malformed(at)
  }
  if (at > message.length) malformed(message.length)
  return fields
}

function malformed(at: number): never {
  throw new CniError(CODE.decodingFailure, `malformed protobuf message at byte ${at}`)
}

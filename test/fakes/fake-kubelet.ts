import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js'
import { inTemporaryFolder } from '../host/temporary.ts'

/** A pod as the kubelet lists it: for each container the ids of its devices by resource name. */
export type ListedPod = {
  readonly namespace: string
  readonly name: string
  readonly containers: readonly Readonly<Record<string, readonly string[]>>[]
}

/** What a fake kubelet does when it is asked. */
export type KubeletAnswer =
  | { readonly kind: 'pods'; readonly pods: readonly ListedPod[] }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'error'; readonly code: number; readonly details: string }
  | { readonly kind: 'hang' }

/**
 * Runs `use` with the socket of a PodResources API (v1, List), in a folder of its own, that gives one answer after
 * another, the last one for ever.
 */
export async function withFakeKubelet(
  answers: readonly [KubeletAnswer, ...KubeletAnswer[]],
  use: (socketPath: string) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const server = kubelet([...answers])
    const socketPath = `${folder}/kubelet.sock`
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(`unix:${socketPath}`, ServerCredentials.createInsecure(), (fault) =>
        fault ? reject(fault) : resolve(),
      )
    })
    try {
      await use(socketPath)
    } finally {
      server.forceShutdown()
    }
  })
}

function kubelet(answers: KubeletAnswer[]): Server {
  const server = new Server({ 'grpc.max_send_message_length': -1 })
  const bytes = (message: Buffer): Buffer => message
  const List = {
    path: '/v1.PodResourcesLister/List',
    requestStream: false as const,
    responseStream: false as const,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  }
  server.addService(
    { List },
    {
      List(_call: unknown, done: sendUnaryData<Buffer>) {
        const [answer = { kind: 'hang' }] = answers.length > 1 ? answers.splice(0, 1) : answers
        if (answer.kind === 'error') done({ code: answer.code, details: answer.details })
        if (answer.kind === 'bytes') done(null, answer.bytes)
        if (answer.kind === 'pods') done(null, response(answer.pods))
      },
    },
  )
  return server
}

function response(pods: readonly ListedPod[]): Buffer {
  return message(...pods.map((pod) => field(1, podMessage(pod))))
}

// With fields in between that nobody here reads: cpu_ids, topology, memory.
function podMessage({ namespace, name, containers }: ListedPod): Buffer {
  const messages = containers.map((resources, index) => {
    const devices = Object.entries(resources).map(([resource, ids]) =>
      message(field(1, resource), ...ids.map((id) => field(2, id)), field(3, field(1, Buffer.from([0x08, 0x01])))),
    )
    const cpuIds = field(3, Buffer.from([0x02, 0x03]))
    const memory = field(4, message(field(1, 'memory'), Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 0x20])))
    return message(field(1, `container${index}`), cpuIds, ...devices.map((device) => field(2, device)), memory)
  })
  return message(field(1, name), field(2, namespace), ...messages.map((container) => field(3, container)))
}

function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields)
}

function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80)
  return Buffer.from([...bytes, rest])
}

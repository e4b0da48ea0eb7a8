import { CniError, CODE } from '../cni/index.ts'
import { type PodDevices, podDevices } from './pod-resources-message.ts'

const METHOD = '/v1.PodResourcesLister/List'
const MAX_MESSAGE = 16 * 1024 * 1024
const DEADLINE_MS = 10_000
const MAX_ATTEMPTS = 10

// The kubelet answers ten calls at once and a hundred a second, and refuses further ones: a node that starts all its
// pods together comes to that.
const SERVICE_CONFIG = {
  methodConfig: [
    {
      name: [{ service: 'v1.PodResourcesLister' }],
      retryPolicy: {
        maxAttempts: MAX_ATTEMPTS,
        initialBackoff: '0.1s',
        maxBackoff: '1s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['RESOURCE_EXHAUSTED'],
      },
    },
  ],
}

const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE,
  'grpc.service_config': JSON.stringify(SERVICE_CONFIG),
  'grpc-node.retry_max_attempts_limit': MAX_ATTEMPTS,
  // A pool of all channels would keep the memory of a failure beyond the call that had it.
  'grpc.use_local_subchannel_pool': 1,
}

/**
 * Which devices the pods of this node have, as the kubelet's PodResources API lists them (v1, List).
 * @param deadlineMs How long it is waited for the answer, every further try included.
 * @throws CniError 11 with the socket and what came back of it.
 */
export async function podResources(socketPath: string, deadlineMs = DEADLINE_MS): Promise<readonly PodDevices[]> {
  // Few pods have such devices; loading gRPC would cost every one of them.
  const { Client, credentials, status } = await import('@grpc/grpc-js')
  const client = new Client(`unix:${socketPath}`, credentials.createInsecure(), CHANNEL_OPTIONS)
  const request = Buffer.alloc(0)
  const deadline = Date.now() + deadlineMs
  try {
    return await new Promise((resolve, reject) => {
      client.makeUnaryRequest(METHOD, asItIs, podDevices, request, { deadline }, (fault, answer) => {
        if (fault) reject(failure(socketPath, `${status[fault.code]}: ${fault.details}`))
        else resolve(answer ?? [])
      })
    })
  } finally {
    client.close()
  }
}

function asItIs(message: Buffer): Buffer {
  return message
}

function failure(socketPath: string, answer: string): CniError {
  const oneLine = answer.replaceAll(/\s+/g, ' ')
  return new CniError(
    CODE.tryAgainLater,
    `asked the kubelet's PodResources API to List at ${socketPath}, and got ${oneLine}`,
  )
}

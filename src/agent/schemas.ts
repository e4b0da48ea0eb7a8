// What the executable says to the agent. The socket is root's alone, and yet nothing is taken at its word: the two may
// be of different versions.

const text = { type: 'string' } as const
const name = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$' } as const
const verb = { enum: ['ADD', 'DEL', 'CHECK'] } as const
// As in cni/identifiers.ts: it becomes part of a file's name.
const containerId = { type: 'string', pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]*$' } as const
const milliseconds = { type: 'number', minimum: 0 } as const

const pod = {
  type: 'object',
  required: ['namespace', 'name'],
  properties: { namespace: name, name, uid: text, mirrorUid: text },
} as const

/** The body of `POST /v1/begin`. */
export const beginRequestSchema = {
  type: 'object',
  required: ['verb', 'containerId'],
  properties: { verb, containerId, pod },
} as const

const event = {
  type: 'object',
  required: ['type', 'reason', 'message'],
  properties: {
    type: { enum: ['Normal', 'Warning'] },
    reason: { enum: ['AddedInterface', 'NoNetworkFound', 'FailedAttachment'] },
    message: text,
  },
} as const

/** What is to be told of a pod. */
export const podReportSchema = {
  type: 'object',
  required: ['pod', 'containerId', 'events'],
  properties: {
    pod,
    containerId,
    status: { type: 'array', items: { type: 'object', required: ['name'], properties: { name: text } } },
    events: { type: 'array', items: event },
  },
} as const

/** The body of `POST /v1/end`. */
export const endRequestSchema = {
  type: 'object',
  required: ['verb', 'containerId', 'durationMs', 'runs'],
  properties: {
    verb,
    containerId,
    code: { type: 'integer' },
    durationMs: milliseconds,
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['network', 'plugin', 'verb', 'durationMs', 'failed'],
        properties: { network: text, plugin: text, verb: text, durationMs: milliseconds, failed: { type: 'boolean' } },
      },
    },
    report: podReportSchema,
  },
} as const

// Shapes only: what a value means (an address, a name, a level) is judged by the file that reads it. Absent, null and
// '' are one here, as in Go: the reading files take such keys out before.

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const object = { type: 'object' } as const
const textList = { type: 'array', items: text } as const
const count = { type: 'integer', minimum: 0 } as const
// A timer of more than some 24 days ends at once.
const seconds = { type: 'number', exclusiveMinimum: 0, maximum: 86_400 } as const

/** The node's configuration: Multus' keys, and Plexus' own behind them. */
export const nodeConfigSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: text,
    type: text,
    cniVersion: text,
    clusterNetwork: text,
    defaultNetworks: textList,
    delegates: { type: 'array', items: object },
    systemNamespaces: textList,
    multusNamespace: text,
    systemNamespace: text,
    namespaceIsolation: flag,
    globalNamespaces: { type: ['string', 'array'], items: text },
    confDir: text,
    cniDir: text,
    binDir: text,
    kubeconfig: text,
    readinessindicatorfile: text,
    retryDeleteOnError: flag,
    auxiliaryCNIChainName: text,
    daemonSocketDir: text,
    capabilities: { type: 'object', additionalProperties: flag },
    runtimeConfig: object,
    prevResult: object,
    logFile: text,
    logLevel: text,
    logToStderr: flag,
    logOptions: { type: 'object', properties: { maxAge: count, maxSize: count, maxBackups: count, compress: flag } },
    chaining: { enum: ['threaded', 'isolated'] },
    result: { enum: ['merged', 'primary'] },
    multusCompatible: flag,
    delegateTimeout: seconds,
    delegateEnvironment: { type: 'array', items: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' } },
    apiTimeout: seconds,
    maxConcurrent: { type: 'integer', minimum: 1 },
    source: { type: 'object', required: ['files'], properties: { files: { type: 'string', pattern: '^/' } } },
    agentSocket: { type: 'string', pattern: '^/' },
    events: flag,
  },
} as const

const port = { type: 'integer', minimum: 1, maximum: 65_535 } as const
const bits = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } as const

/** A network selection element (4.1.2.1). */
export const selectionElementSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: text,
    namespace: text,
    interface: text,
    interfaceRequest: text,
    ips: { type: 'array', items: text, minItems: 1 },
    mac: text,
    'infiniband-guid': text,
    'cni-args': object,
    portMappings: {
      type: 'array',
      items: {
        type: 'object',
        required: ['hostPort', 'containerPort'],
        properties: { hostPort: port, containerPort: port, protocol: text, hostIP: text },
      },
    },
    bandwidth: {
      type: 'object',
      properties: { ingressRate: bits, ingressBurst: bits, egressRate: bits, egressBurst: bits },
    },
    'default-route': textList,
    deviceID: text,
    'ipam-claim-reference': text,
  },
} as const

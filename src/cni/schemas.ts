// Shapes only: what a value means (an address, a name, a version) is judged by the file that reads it.
// Everything opaque to CNI is left open, so that it reaches the plugin as it was written.

const text = { type: 'string' } as const
// Not `minLength`: its compiled code calls a module of ajv's, which is not there at run time.
const nonEmptyText = { type: 'string', pattern: '.' } as const
const textList = { type: ['array', 'null'], items: text } as const
const flag = {
  anyOf: [{ type: 'boolean' }, { type: 'string', pattern: '^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$' }],
} as const

const dns = {
  type: ['object', 'null'],
  properties: { nameservers: textList, domain: text, search: textList, options: textList },
} as const

/** One plugin's configuration object (SPEC 1.1.0, section 1 "Plugin configuration objects"). */
export const pluginSchema = {
  type: 'object',
  required: ['type'],
  properties: {
    type: nonEmptyText,
    name: text,
    cniVersion: text,
    capabilities: { type: ['object', 'null'], additionalProperties: { type: 'boolean' } },
    ipam: { type: ['object', 'null'], properties: { type: text } },
    dns,
    prevResult: { type: ['object', 'null'] },
    runtimeConfig: { type: ['object', 'null'] },
  },
} as const

/** A network configuration list (SPEC 1.1.0, section 1). */
export const networkListSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: text,
    cniVersion: text,
    cniVersions: { type: 'array', items: text },
    disableCheck: flag,
    disableGC: flag,
    loadOnlyInlinedPlugins: flag,
    plugins: { type: 'array', items: pluginSchema },
  },
} as const

/** The attachments that are valid, in a GC configuration under either key libcni sends. */
export const validAttachmentsSchema = {
  type: ['array', 'null'],
  items: {
    type: 'object',
    required: ['containerID', 'ifname'],
    properties: { containerID: text, ifname: text },
  },
} as const

const number = { type: ['integer', 'null'] } as const
const route = {
  type: 'object',
  required: ['dst'],
  properties: {
    dst: text,
    gw: { type: ['string', 'null'] },
    mtu: number,
    advmss: number,
    priority: number,
    table: number,
    scope: number,
  },
} as const
const routes = { type: ['array', 'null'], items: route } as const

const legacyIp = {
  type: ['object', 'null'],
  required: ['ip'],
  properties: { ip: text, gateway: { type: ['string', 'null'] }, routes },
} as const

/** A result of CNI 0.1.0 or 0.2.0. */
export const legacyResultSchema = {
  type: 'object',
  properties: { cniVersion: text, ip4: legacyIp, ip6: legacyIp, dns },
} as const

/** A result of CNI 0.3.0 to 1.1.0; what separates these is an optional field or two. */
export const resultSchema = {
  type: 'object',
  properties: {
    cniVersion: text,
    interfaces: {
      type: ['array', 'null'],
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: text,
          mac: { type: ['string', 'null'] },
          mtu: number,
          sandbox: { type: ['string', 'null'] },
          socketPath: { type: ['string', 'null'] },
          pciID: { type: ['string', 'null'] },
        },
      },
    },
    ips: {
      type: ['array', 'null'],
      items: {
        type: 'object',
        required: ['address'],
        properties: {
          version: { type: ['string', 'null'] },
          interface: number,
          address: text,
          gateway: { type: ['string', 'null'] },
        },
      },
    },
    routes,
    dns,
  },
} as const

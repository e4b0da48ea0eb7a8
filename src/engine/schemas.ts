// What CHECK, DEL and GC rely on, and no more: what a plugin is given is as open as it was when it was written.

const text = { type: 'string' } as const
const object = { type: 'object' } as const

const attachment = {
  type: 'object',
  required: ['name', 'network', 'ifName', 'cniArgs', 'capabilityArgs', 'state'],
  properties: {
    name: text,
    network: {
      type: 'object',
      required: ['name', 'cniVersion', 'plugins'],
      properties: {
        name: text,
        cniVersion: text,
        plugins: { type: 'array', items: { type: 'object', required: ['type'], properties: { type: text } } },
      },
    },
    ifName: text,
    cniArgs: text,
    capabilityArgs: object,
    deviceInfoFile: text,
    state: { enum: ['planned', 'adding', 'added'] },
    result: object,
    added: object,
  },
} as const

const call = {
  type: 'object',
  required: ['network', 'ifName', 'netns', 'pluginFolders', 'bootId', 'attachments'],
  properties: {
    network: text,
    ifName: text,
    netns: text,
    pod: object,
    pluginFolders: { type: 'array', items: text },
    bootId: text,
    startedAt: text,
    attachments: { type: 'array', items: attachment },
  },
} as const

/** What the journal holds of a container. */
export const recordSchema = {
  type: 'object',
  required: ['calls'],
  properties: { calls: { type: 'array', items: call } },
} as const

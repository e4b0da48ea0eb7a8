import { type Config, type Defect, ofVerb, withConfig } from './call.ts'

const withMappings = (change: (mappings: Config[]) => Config[]): Defect['answer'] =>
  ofVerb('ADD', (call, real) =>
    real(
      withConfig(call, (config) => {
        const runtimeConfig = (config['runtimeConfig'] ?? {}) as Config
        const portMappings = change((runtimeConfig['portMappings'] ?? []) as Config[])
        return { ...config, runtimeConfig: { ...runtimeConfig, portMappings } }
      }),
    ),
  )

/** Defects of port mappings. */
export const PORT_DEFECTS = {
  'leads-to-the-port-beside': {
    of: 'portmap',
    caughtBy: ['CAP-07'],
    answer: withMappings((mappings) =>
      mappings.map((one) => ({ ...one, containerPort: Number(one['containerPort']) + 1 })),
    ),
  },
  'maps-tcp-alone': {
    of: 'portmap',
    caughtBy: ['CAP-07'],
    answer: withMappings((mappings) => mappings.filter(({ protocol }) => protocol === 'tcp')),
  },
  'maps-what-nobody-asked-for': {
    of: 'portmap',
    caughtBy: ['CAP-08'],
    alsoSeenBy: ['DEL-*', 'CHK-*'],
    answer: withMappings((mappings) =>
      mappings.length > 0 ? mappings : [{ hostPort: 23000, containerPort: 80, protocol: 'tcp' }],
    ),
  },
} as const satisfies Record<string, Defect>

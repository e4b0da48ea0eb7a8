import { afterAdd, type Call, type Config, type Defect, failure, lists, ofVerb, withConfig, withEnv } from './call.ts'

/** Defects of what a plugin is handed: the result of the one before it, and what the runtime passes on. */
export const CHAIN_DEFECTS = {
  'drops-prevresult': {
    of: 'tuning',
    caughtBy: ['CHN-01', 'CHN-04'],
    alsoSeenBy: ['CHN-*', 'RES-*', 'IFC-*', 'NET-*', 'CHK-*', 'CAP-*'],
    answer: afterAdd(({ cniVersion }) => ({ cniVersion })),
  },
  'drops-dns': { of: 'tuning', caughtBy: ['CHN-01'], answer: afterAdd(({ dns: _, ...result }) => result) },
  'turns-interfaces-round': {
    of: 'tuning',
    caughtBy: ['CHN-04'],
    alsoSeenBy: ['CHN-01', 'RES-05', 'NET-*', 'CHK-*'],
    answer: afterAdd((result) => ({ ...result, interfaces: lists(result, 'interfaces').toReversed() })),
  },
  'works-on-eth0': {
    of: 'tuning',
    caughtBy: ['CHN-10'],
    alsoSeenBy: ['IFC-09', 'CON-06', 'DEL-14'],
    answer: (call, real) =>
      real({ ...call, env: { ...call.env, ...(call.env['CNI_IFNAME'] === 'net1' ? { CNI_IFNAME: 'eth0' } : {}) } }),
  },
  'needs-addresses': {
    of: 'tuning',
    caughtBy: ['CHN-12'],
    answer: (call, real) => {
      const handed = call.config?.['prevResult'] as Config | undefined
      return call.verb === 'ADD' && handed && lists(handed, 'ips').length === 0
        ? { status: 1, stdout: '', stderr: '' }
        : real(call)
    },
    alsoSeenBy: ['ERR-01'],
  },
  'ipam-tells-of-interfaces': {
    of: 'host-local',
    caughtBy: ['RES-11'],
    answer: afterAdd((result) => ({ ...result, interfaces: [{ name: 'eth0' }] })),
  },
  'ignores-mac': {
    of: 'bridge',
    caughtBy: ['CAP-01'],
    alsoSeenBy: ['CAP-02', 'CAP-03', 'CAP-04'],
    answer: (call, real) => real(withoutArgument(call, 'mac')),
  },
  'takes-any-mac': {
    of: 'bridge',
    caughtBy: ['CAP-03'],
    answer: (call, real) =>
      real(
        JSON.stringify(call.config?.['runtimeConfig'] ?? '').includes('no-mac') ? withoutArgument(call, 'mac') : call,
      ),
  },
  'cni-args-win': {
    of: 'bridge',
    caughtBy: ['CAP-04'],
    answer: (call, real) => real(call.env['CNI_ARGS']?.includes('MAC=') ? withoutArgument(call, 'mac') : call),
  },
  'ignores-ips': {
    of: 'host-local',
    caughtBy: ['CAP-05'],
    alsoSeenBy: ['CAP-06'],
    answer: (call, real) => real(withoutArgument(call, 'ips')),
  },
  'chokes-on-runtimeconfig': {
    of: 'bridge',
    caughtBy: ['CAP-11'],
    alsoSeenBy: ['PRO-06'],
    answer: (call, real) =>
      JSON.stringify(call.config?.['runtimeConfig'] ?? '').includes('org.example')
        ? failure(100, 'runtimeConfig: unknown key')
        : real(call),
  },
  'keeps-variables-from-ipam': {
    of: 'bridge',
    caughtBy: ['PRO-11'],
    answer: ofVerb('ADD', (call, real) => real(withEnv(call, { CNI_ARGS: '' }))),
  },
  'keeps-keys-from-ipam': {
    of: 'bridge',
    caughtBy: ['PRO-12'],
    answer: ofVerb('ADD', (call, real) => real(withConfig(call, ({ args: _, ...config }) => config))),
  },
} as const satisfies Record<string, Defect>

function withoutArgument(call: Call, name: string): Call {
  if (call.config === undefined) return call
  const { [name]: _, ...rest } = (call.config?.['runtimeConfig'] ?? {}) as Config
  return { ...call, stdin: JSON.stringify({ ...call.config, runtimeConfig: rest }) }
}

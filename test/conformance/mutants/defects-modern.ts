import { mkdirSync, writeFileSync } from 'node:fs'
import {
  type Call,
  type Config,
  type Defect,
  failure,
  ofVerb,
  type Real,
  SILENCE,
  withConfig,
  withError,
} from './call.ts'

const KEY = 'cni.dev/valid-attachments'
const withoutIpam = (call: Call, real: Real) => real(withConfig(call, ({ ipam: _, ...config }) => config))
const validAs = (change: (valid: Config[]) => Config[]) => (call: Call, real: Real) =>
  real(withConfig(call, (config) => ({ ...config, [KEY]: change((config[KEY] ?? []) as Config[]) })))

/** Defects of what came with CNI 1.1.0. */
export const MODERN_DEFECTS = {
  'does-not-know-gc': {
    of: 'modern',
    caughtBy: ['VER-10'],
    alsoSeenBy: ['GC-*', 'CHA-07'],
    answer: ofVerb('GC', () => failure(4, 'unknown CNI_COMMAND: GC')),
  },
  'gc-does-nothing': {
    of: 'modern',
    caughtBy: ['GC-01', 'GC-02', 'GC-03'],
    alsoSeenBy: ['GC-*'],
    answer: ofVerb('GC', () => SILENCE),
  },
  'gc-takes-everything': {
    of: 'modern',
    caughtBy: ['GC-01', 'GC-08'],
    alsoSeenBy: ['GC-*', 'CHA-07'],
    answer: ofVerb(
      'GC',
      validAs(() => []),
    ),
  },
  'gc-goes-by-the-container': {
    of: 'modern',
    caughtBy: ['GC-02'],
    answer: ofVerb(
      'GC',
      validAs((valid) => valid.flatMap((one) => [one, { ...one, ifname: 'eth1' }])),
    ),
  },
  'gc-is-not-passed-on': {
    of: 'modern',
    caughtBy: ['GC-05'],
    alsoSeenBy: ['GC-06'],
    answer: ofVerb('GC', withoutIpam),
  },
  'gc-hides-errors': {
    of: 'modern',
    caughtBy: ['GC-06'],
    answer: ofVerb('GC', (call, real) => ({ ...real(call), ...SILENCE })),
  },
  'gc-needs-a-container': {
    of: 'modern',
    caughtBy: ['GC-07'],
    alsoSeenBy: ['GC-*', 'CHA-07'],
    answer: ofVerb('GC', (call, real) =>
      call.env['CNI_CONTAINERID'] ? real(call) : failure(4, 'CNI_CONTAINERID is missing'),
    ),
  },
  'gc-keeps-what-was-killed': {
    of: 'modern',
    caughtBy: ['GC-03'],
    alsoSeenBy: ['GC-*'],
    answer: ofVerb('GC', (call, real) => (JSON.stringify(call.config?.[KEY]) === '[]' ? SILENCE : real(call))),
  },
  'status-always-fails': {
    of: 'modern',
    caughtBy: ['STA-01'],
    alsoSeenBy: ['STA-*', 'CHA-07'],
    answer: ofVerb('STATUS', () => failure(50, 'not ready')),
  },
  'status-is-not-passed-on': { of: 'modern', caughtBy: ['STA-03'], answer: ofVerb('STATUS', withoutIpam) },
  'status-loses-the-code': {
    of: 'modern',
    caughtBy: ['STA-03'],
    answer: ofVerb('STATUS', (call, real) =>
      withError(real(call), (error) => (error['code'] === 50 ? { ...error, code: 100 } : error)),
    ),
  },
  'status-writes-a-file': {
    of: 'modern',
    caughtBy: ['STA-04'],
    answer: ofVerb('STATUS', (call, real) => {
      mkdirSync('/var/lib/cni/mutant', { recursive: true })
      writeFileSync(`/var/lib/cni/mutant/asked-${Date.now()}`, '')
      return real(call)
    }),
  },
  'add-wants-status-first': {
    of: 'modern',
    caughtBy: ['STA-05'],
    alsoSeenBy: ['*'],
    answer: ofVerb('ADD', () => failure(50, 'STATUS was not called')),
  },
  'status-needs-a-path': {
    of: 'modern',
    caughtBy: ['STA-06'],
    answer: ofVerb('STATUS', (call, real) => (call.env['CNI_PATH'] ? real(call) : failure(4, 'CNI_PATH is missing'))),
  },
  'status-takes-any-configuration': {
    of: 'modern',
    caughtBy: ['STA-07'],
    answer: ofVerb('STATUS', (call, real) => (call.config === undefined ? SILENCE : real(call))),
  },
} as const satisfies Record<string, Defect>

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import {
  type Call,
  type Config,
  type Defect,
  failure,
  hasPrevious,
  ofVerb,
  printed,
  SILENCE,
  withConfig,
} from './call.ts'
import { STATE } from './machine.ts'

/** Defects of CHECK. */
export const CHECK_DEFECTS = {
  'check-always-fails': {
    of: 'bridge',
    caughtBy: ['CHK-01'],
    alsoSeenBy: ['CHK-*', 'CAP-02', 'CHA-04'],
    answer: ofVerb('CHECK', () => failure(100, 'something is wrong')),
  },
  'check-always-succeeds': {
    of: 'bridge',
    caughtBy: ['CHK-02', 'CHK-04', 'CHK-05', 'CHK-06', 'CHK-08', 'CHK-10', 'CHK-15', 'CHK-19', 'CHK-21'],
    alsoSeenBy: ['CHK-*', 'VER-*', 'PRO-*'],
    answer: ofVerb('CHECK', () => SILENCE),
  },
  'check-passes-over-addresses': {
    of: 'bridge',
    caughtBy: ['CHK-05', 'CHK-06'],
    alsoSeenBy: ['CHK-*'],
    answer: ofVerb('CHECK', (call, real) =>
      real(withConfig(call, (config) => withoutPrevious(withoutPrevious(config, 'ips'), 'routes'))),
    ),
  },
  'check-passes-over-routes': {
    of: 'bridge',
    caughtBy: ['CHK-06'],
    alsoSeenBy: ['CHK-16'],
    answer: ofVerb('CHECK', (call, real) => real(withConfig(call, (config) => withoutPrevious(config, 'routes')))),
  },
  'check-passes-over-the-mac': {
    of: 'bridge',
    caughtBy: ['CHK-04'],
    alsoSeenBy: ['CHK-16'],
    answer: ofVerb('CHECK', (call, real) => real(withConfig(call, withCurrentMac(call)))),
  },
  'check-does-not-ask-ipam': {
    of: 'bridge',
    caughtBy: ['CHK-19', 'CHK-10'],
    answer: ofVerb('CHECK', (call, real) => {
      const answer = real(call)
      return answer.status !== 0 && /reservation|host-local: Failed to find address/.test(answer.stdout)
        ? SILENCE
        : answer
    }),
  },
  'check-needs-no-prevresult': {
    of: 'bridge',
    caughtBy: ['CHK-15'],
    answer: ofVerb('CHECK', (call, real) => (hasPrevious(call) || call.config === undefined ? real(call) : SILENCE)),
    alsoSeenBy: ['VER-08'],
  },
  'check-passes-over-a-missing-sandbox': {
    of: 'bridge',
    caughtBy: ['CHK-21'],
    answer: ofVerb('CHECK', (call, real) => (existsSync(call.env['CNI_NETNS'] ?? '') ? real(call) : SILENCE)),
  },
  'check-writes-a-file': {
    of: 'bridge',
    caughtBy: ['CHK-18'],
    answer: ofVerb('CHECK', (call, real) => {
      mkdirSync(STATE, { recursive: true })
      writeFileSync(`${STATE}/checked-${Date.now()}`, '')
      return real(call)
    }),
  },
  'check-does-not-see-the-sysctl': {
    of: 'tuning',
    caughtBy: ['CHK-14'],
    answer: ofVerb('CHECK', (call, real) => real(withConfig(call, ({ sysctl: _, ...config }) => config))),
    alsoSeenBy: ['CHK-*'],
  },
} as const satisfies Record<string, Defect>

function withoutPrevious(config: Config, key: string): Config {
  const { [key]: _, ...rest } = (config['prevResult'] ?? {}) as Config
  return { ...config, ...(config['prevResult'] ? { prevResult: rest } : {}) }
}

// What the interface has is what it is taken to have had.
function withCurrentMac(call: Call): (config: Config) => Config {
  const path = call.env['CNI_NETNS'] ?? ''
  const mac = printed('nsenter', `--net=${path}`, 'ip', '-br', 'link', 'show', call.env['CNI_IFNAME'] ?? '').split(
    /\s+/,
  )[2]
  return (config) => {
    const previous = config['prevResult'] as Config | undefined
    const interfaces = (previous?.['interfaces'] ?? []) as Config[]
    const current = interfaces.map((one) => (one['sandbox'] ? { ...one, mac } : one))
    return { ...config, ...(previous ? { prevResult: { ...previous, interfaces: current } } : {}) }
  }
}

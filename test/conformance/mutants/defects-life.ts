import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import {
  type Call,
  type Config,
  command,
  type Defect,
  failure,
  printed,
  type Real,
  SILENCE,
  sandboxOf,
  succeeds,
  withConfig,
  withEnv,
  withError,
  withResult,
} from './call.ts'

const STATE = '/var/lib/cni/mutant'
const LEASES = '/var/lib/cni/networks'
const hasPrevious = (call: Call): boolean => call.config?.['prevResult'] !== undefined
const has = (call: Call, text: string): boolean => call.stdin.includes(text)
const ofVerb =
  (verb: string, answer: Defect['answer']): Defect['answer'] =>
  (call, real) =>
    call.verb === verb ? answer(call, real) : real(call)

/** Defects of DEL, CHECK and failed ADDs, and of many at once. */
export const LIFE_DEFECTS = {
  'leaves-a-file': {
    of: 'bridge',
    caughtBy: ['DEL-01', 'DEL-02'],
    alsoSeenBy: ['DEL-*', 'ATM-*', 'CON-*', 'CHA-*'],
    answer: ofVerb('ADD', (call, real) => {
      mkdirSync(STATE, { recursive: true })
      writeFileSync(`${STATE}/${call.env['CNI_CONTAINERID']}`, '')
      return real(call)
    }),
  },
  'del-only-once': {
    of: 'bridge',
    caughtBy: ['DEL-02'],
    // Whether calls at the same time meet it depends on who comes first.
    alsoSeenBy: ['DEL-*', 'ATM-*', 'CHA-*', 'CON-05'],
    answer: ofVerb('DEL', (call, real) =>
      call.env['CNI_CONTAINERID'] && call.env['CNI_IFNAME'] && existsSync(call.env['CNI_NETNS'] ?? '') && !hasLink(call)
        ? failure(100, 'there is no such interface')
        : real(call),
    ),
  },
  'del-wants-to-know-the-container': {
    of: 'bridge',
    caughtBy: ['DEL-03'],
    alsoSeenBy: ['DEL-*', 'ATM-*', 'CON-*', 'CHA-*', 'VER-06', 'ERR-*'],
    answer: ofVerb('DEL', (call, real) =>
      call.env['CNI_CONTAINERID'] && call.env['CNI_IFNAME'] && leasesOf(call).length === 0 && !hasPrevious(call)
        ? failure(100, 'this container is not known')
        : real(call),
    ),
  },
  'del-needs-netns': {
    of: 'bridge',
    caughtBy: ['DEL-04'],
    answer: ofVerb('DEL', (call, real) => (call.env['CNI_NETNS'] ? real(call) : failure(4, 'CNI_NETNS is missing'))),
  },
  'del-needs-a-living-sandbox': {
    of: 'bridge',
    caughtBy: ['DEL-05', 'DEL-09'],
    alsoSeenBy: ['DEL-19', 'CHA-02', 'ATM-07'],
    answer: ofVerb('DEL', (call, real) =>
      call.env['CNI_NETNS'] && !existsSync(call.env['CNI_NETNS']) ? failure(100, 'the sandbox is gone') : real(call),
    ),
  },
  'del-needs-prevresult': {
    of: 'bridge',
    caughtBy: ['DEL-07'],
    alsoSeenBy: ['DEL-03', 'DEL-10', 'DEL-19', 'ATM-*', 'CHA-*', 'VER-06', 'PRO-*'],
    answer: ofVerb('DEL', (call, real) => (hasPrevious(call) ? real(call) : failure(7, 'prevResult is missing'))),
  },
  'del-trips-over-prevresult': {
    of: 'bridge',
    caughtBy: ['DEL-11'],
    answer: ofVerb('DEL', (call, real) =>
      has(call, '9.9.9') && hasPrevious(call) ? failure(6, 'prevResult cannot be read') : real(call),
    ),
  },
  'del-takes-everything': {
    of: 'bridge',
    caughtBy: ['DEL-13'],
    alsoSeenBy: ['DEL-14', 'CHK-17', 'CON-03', 'GC-*'],
    answer: ofVerb('DEL', (call, real) => {
      const folder = `${LEASES}/${String(call.config?.['name'])}`
      if (existsSync(folder))
        for (const name of readdirSync(folder).filter((one) => /^\d/.test(one))) rmSync(`${folder}/${name}`)
      return real(call)
    }),
  },
  'del-takes-both-interfaces': {
    of: 'bridge',
    caughtBy: ['DEL-14'],
    answer: ofVerb('DEL', (call, real) => {
      if (call.env['CNI_IFNAME'] === 'eth1') real(withEnv(call, { CNI_IFNAME: 'eth0' }))
      return real(call)
    }),
  },
  'del-needs-ipam-to-succeed-twice': {
    of: 'bridge',
    caughtBy: ['DEL-17'],
    answer: ofVerb('DEL', (call, real) => {
      if (existsSync(`${STATE}-failed`)) return failure(100, 'the state is broken')
      const answer = real(call)
      if (answer.status !== 0 && has(call, 'conformance-ipam')) writeFileSync(`${STATE}-failed`, '')
      return answer
    }),
  },
  'del-takes-its-time': {
    of: 'bridge',
    caughtBy: ['DEL-19'],
    answer: ofVerb('DEL', (call, real) => {
      if (
        call.env['CNI_NETNS'] === '/run/netns/nowhere' &&
        hasPrevious(call) &&
        call.env['CNI_CONTAINERID'] === 'container-sandbox1'
      )
        command('sleep', '11')
      return real(call)
    }),
  },
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
  'leaves-a-link-on-failure': {
    of: 'ptp',
    caughtBy: ['ATM-01', 'ATM-02'],
    alsoSeenBy: ['ATM-*', 'IFC-08', 'CON-07', 'IPM-08', 'PRO-*'],
    answer: ofVerb('ADD', (call, real) => {
      const answer = real(call)
      if (answer.status !== 0 && has(call, 'conformance-'))
        command('ip', 'link', 'add', `left${process.pid % 10_000}`, 'type', 'bridge')
      return answer
    }),
  },
  'add-twice-takes-a-second-address': {
    of: 'bridge',
    caughtBy: ['ATM-08'],
    answer: ofVerb('ADD', (call, real) => {
      if (hasLink(call) && leasesOf(call).length > 0)
        command('sh', '-c', `touch ${LEASES}/${String(call.config?.['name'])}/10.1.0.99`)
      return real(call)
    }),
  },
  'never-again-after-del': {
    of: 'bridge',
    caughtBy: ['ATM-09'],
    alsoSeenBy: ['CON-03', 'DEL-*'],
    answer: (call, real) => {
      const file = `/var/lib/cni/deleted-${call.env['CNI_CONTAINERID']}`
      if (call.verb === 'ADD' && existsSync(file)) return failure(100, 'this container has been deleted')
      if (call.verb === 'DEL' && leasesOf(call).length > 0 && has(call, '"prevResult"')) writeFileSync(file, '')
      return real(call)
    },
  },
  'one-at-a-time': {
    of: 'bridge',
    caughtBy: ['CON-01'],
    alsoSeenBy: ['CON-*', 'ATM-10'],
    answer: ofVerb('ADD', (call, real) => {
      try {
        mkdirSync('/run/mutant-lock')
      } catch {
        return failure(100, 'another ADD is running')
      }
      const answer = real(call)
      rmdirSync('/run/mutant-lock')
      return answer
    }),
  },
  'one-interface-a-container': {
    of: 'bridge',
    caughtBy: ['CON-06'],
    alsoSeenBy: ['DEL-14'],
    answer: ofVerb('ADD', (call, real) =>
      call.env['CNI_IFNAME'] === 'eth1' && leasesOf(call).length > 0
        ? failure(100, 'this container has an address')
        : real(call),
    ),
  },
  'same-address-for-all': {
    of: 'host-local',
    caughtBy: ['CON-01', 'IPM-05'],
    alsoSeenBy: ['*'],
    answer: ofVerb('ADD', (call, real) => {
      const answer = real(call)
      for (const file of leasesOf(call)) rmSync(file)
      rmSync(`${LEASES}/${String(call.config?.['name'])}/last_reserved_ip.0`, { force: true })
      return answer
    }),
  },
  'never-releases': {
    of: 'host-local',
    caughtBy: ['DEL-01', 'IPM-02'],
    alsoSeenBy: ['*'],
    answer: ofVerb('DEL', () => SILENCE),
  },
  'gives-away-the-gateway': {
    of: 'host-local',
    caughtBy: ['IPM-06'],
    alsoSeenBy: ['CAP-06'],
    answer: ofVerb('ADD', (call, real) =>
      withResult(real(call), (result) => ({
        ...result,
        ips: (result['ips'] as Config[]).map((ip) =>
          String(ip['address']).startsWith('198.51.100.2/') ? { ...ip, address: '198.51.100.1/29' } : ip,
        ),
      })),
    ),
  },
  'gives-beyond-the-end': {
    of: 'host-local',
    caughtBy: ['IPM-04'],
    answer: ofVerb('ADD', (call, real) => {
      const answer = real(call)
      const isEmpty = answer.status !== 0 && has(call, '203.0.113.0/24')
      return isEmpty
        ? {
            status: 0,
            stdout: JSON.stringify({ cniVersion: '1.0.0', ips: [{ address: '203.0.113.200/24' }] }),
            stderr: '',
          }
        : answer
    }),
  },
  'fails-without-a-code': {
    of: 'host-local',
    caughtBy: ['ERR-01'],
    alsoSeenBy: ['VER-*', 'PRO-*', 'CHK-*', 'IPM-*', 'CAP-*'],
    answer: (call: Call, real: Real) => withError(real(call), ({ code: _, ...error }) => error),
  },
} as const satisfies Record<string, Defect>

function hasLink(call: Call): boolean {
  return succeeds('ip', '-n', sandboxOf(call), 'link', 'show', call.env['CNI_IFNAME'] ?? '')
}

function leasesOf(call: Call): readonly string[] {
  const folder = `${LEASES}/${String(call.config?.['name'])}`
  if (!existsSync(folder)) return []
  const files = readdirSync(folder)
    .filter((name) => /^\d/.test(name))
    .map((name) => `${folder}/${name}`)
  return files.filter((file) => readFileSync(file, 'utf8').startsWith(call.env['CNI_CONTAINERID'] ?? ''))
}

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

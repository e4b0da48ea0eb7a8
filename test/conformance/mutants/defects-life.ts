import { existsSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import {
  type Call,
  type Config,
  command,
  type Defect,
  failure,
  has,
  ofVerb,
  type Real,
  SILENCE,
  withError,
  withResult,
} from './call.ts'
import { hasLink, LEASES, leasesOf, STATE } from './machine.ts'

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

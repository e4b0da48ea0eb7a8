import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { command, type Defect, failure, has, hasPrevious, ofVerb, withConfig, withEnv } from './call.ts'
import { hasLink, LEASES, leasesOf, STATE } from './machine.ts'

/** Defects of DEL. */
export const DEL_DEFECTS = {
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
  'del-does-not-ask-ipam': {
    of: 'bridge',
    caughtBy: ['DEL-20'],
    alsoSeenBy: ['*'],
    answer: ofVerb('DEL', (call, real) => real(withConfig(call, ({ ipam: _, ...config }) => config))),
  },
} as const satisfies Record<string, Defect>

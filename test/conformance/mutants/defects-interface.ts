import { afterAdd, command, type Defect, failure, lists, ofVerb, printed, sandboxOf } from './call.ts'

/** Defects of the interface itself, and of what is around it. */
export const INTERFACE_DEFECTS = {
  'hides-its-end-on-the-host': {
    of: 'bridge',
    caughtBy: ['RES-10', 'IFC-05'],
    alsoSeenBy: ['RES-05', 'CHK-*', 'NET-*'],
    answer: afterAdd((result) => {
      const kept = lists(result, 'interfaces').filter(({ name }) => !String(name).startsWith('veth'))
      return {
        ...result,
        interfaces: kept,
        ips: lists(result, 'ips').map((ip) => ({ ...ip, interface: kept.length - 1 })),
      }
    }),
  },
  'wrong-mac': {
    of: 'bridge',
    caughtBy: ['IFC-02'],
    alsoSeenBy: ['CHK-*'],
    answer: afterAdd((result) => ({
      ...result,
      interfaces: lists(result, 'interfaces').map((one) =>
        String(one['name']).startsWith('veth') ? { ...one, mac: '02:00:00:00:00:99' } : one,
      ),
    })),
  },
  'leaves-it-without-a-carrier': {
    of: 'bridge',
    caughtBy: ['IFC-03'],
    alsoSeenBy: ['NET-*', 'CHK-*'],
    answer: (call, real) => {
      const answer = real(call)
      if (call.verb === 'ADD' && answer.status === 0)
        for (const { name, sandbox } of lists(JSON.parse(answer.stdout), 'interfaces'))
          if (!sandbox && String(name).startsWith('veth')) command('ip', 'link', 'set', String(name), 'down')
      return answer
    },
  },
  'other-mtu': {
    of: 'bridge',
    caughtBy: ['IFC-04'],
    answer: (call, real) => {
      const answer = real(call)
      if (call.verb === 'ADD' && answer.status === 0)
        command('ip', '-n', sandboxOf(call), 'link', 'set', 'eth0', 'mtu', '1380')
      return answer
    },
  },
  'leaves-a-link-in-the-sandbox': {
    of: 'bridge',
    caughtBy: ['RES-10', 'IFC-06'],
    alsoSeenBy: ['DEL-01', 'DEL-02', 'ATM-08'],
    answer: (call, real) => {
      const answer = real(call)
      if (call.verb === 'ADD' && answer.status === 0)
        command('ip', '-n', sandboxOf(call), 'link', 'add', 'tmp0', 'type', 'bridge')
      return answer
    },
  },
  'takes-other-interfaces-down': {
    of: 'bridge',
    caughtBy: ['IFC-07'],
    answer: (call, real) => {
      if (call.verb === 'ADD') command('ip', '-n', sandboxOf(call), 'link', 'set', 'bystander1', 'down')
      return real(call)
    },
  },
  'deletes-what-is-in-its-way': {
    of: 'bridge',
    caughtBy: ['IFC-08'],
    answer: (call, real) => {
      if (call.verb === 'ADD') command('ip', 'link', 'delete', 'taken0')
      return real(call)
    },
  },
  'cuts-names-short': {
    of: 'bridge',
    caughtBy: ['IFC-09'],
    answer: (call, real) =>
      real({
        ...call,
        env: { ...call.env, CNI_IFNAME: call.env['CNI_IFNAME']?.replace('fifteen-bytes-x', 'fifteen-bytes') },
      }),
  },
  'wants-the-default-route-for-itself': {
    of: 'bridge',
    caughtBy: ['NET-11'],
    answer: ofVerb('ADD', (call, real) =>
      printed('ip', '-n', sandboxOf(call), 'route', 'show', 'default') === ''
        ? real(call)
        : failure(100, 'there is a default route already'),
    ),
  },
} as const satisfies Record<string, Defect>

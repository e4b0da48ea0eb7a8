import { normalize } from 'node:path'
import { afterAdd, command, type Defect, lists, sandboxOf } from './call.ts'

/** Defects of what ADD makes, and of what it says it made. */
export const RESULT_DEFECTS = {
  'prints-the-result-twice': {
    of: 'bridge',
    caughtBy: ['RES-01'],
    alsoSeenBy: ['ERR-04', 'CHA-01'],
    answer: (call, real) => {
      const answer = real(call)
      return call.verb === 'ADD' && answer.status === 0 ? { ...answer, stdout: answer.stdout + answer.stdout } : answer
    },
  },
  'result-of-another-version': {
    of: 'bridge',
    caughtBy: ['RES-02'],
    alsoSeenBy: ['VER-05', 'RES-06', 'CHK-*', 'DEL-*', 'IFC-*'],
    answer: afterAdd((result) => ({ ...result, cniVersion: '0.4.0' })),
  },
  'mtu-is-a-text': {
    of: 'bridge',
    caughtBy: ['RES-03'],
    alsoSeenBy: ['VER-05', 'CHA-01'],
    answer: afterAdd((result) => ({
      ...result,
      interfaces: lists(result, 'interfaces').map((one) => ({ ...one, mtu: '1500' })),
    })),
  },
  'sandbox-is-spelled-otherwise': {
    of: 'bridge',
    caughtBy: ['RES-04'],
    answer: afterAdd((result) => ({
      ...result,
      interfaces: lists(result, 'interfaces').map((one) =>
        one['sandbox'] ? { ...one, sandbox: normalize(String(one['sandbox'])) } : one,
      ),
    })),
  },
  'address-of-no-interface': {
    of: 'bridge',
    caughtBy: ['RES-05'],
    alsoSeenBy: ['CHK-*'],
    answer: afterAdd((result) => ({ ...result, ips: lists(result, 'ips').map((ip) => ({ ...ip, interface: 7 })) })),
  },
  'address-says-its-version': {
    of: 'bridge',
    caughtBy: ['RES-06'],
    alsoSeenBy: ['VER-05'],
    answer: afterAdd((result) => ({ ...result, ips: lists(result, 'ips').map((ip) => ({ ...ip, version: '4' })) })),
  },
  'gateway-of-another-subnet': {
    of: 'bridge',
    caughtBy: ['RES-07'],
    alsoSeenBy: ['NET-03', 'CHK-*'],
    answer: afterAdd((result) => ({
      ...result,
      ips: lists(result, 'ips').map((ip) => ({ ...ip, gateway: '192.0.2.1' })),
    })),
  },
  'address-that-is-not-there': {
    of: 'bridge',
    caughtBy: ['NET-01'],
    alsoSeenBy: ['CHK-*'],
    answer: afterAdd((result) => ({
      ...result,
      ips: [...lists(result, 'ips'), { interface: lists(result, 'ips')[0]?.['interface'], address: '203.0.113.44/24' }],
    })),
  },
  'address-of-another-length': {
    of: 'bridge',
    caughtBy: ['NET-01'],
    alsoSeenBy: ['NET-02', 'CHK-*'],
    answer: afterAdd((result) => ({
      ...result,
      ips: lists(result, 'ips').map((ip) => ({ ...ip, address: String(ip['address']).replace('/24', '/25') })),
    })),
  },
  'address-it-does-not-tell-of': {
    of: 'bridge',
    caughtBy: ['NET-02'],
    answer: (call, real) => {
      const answer = real(call)
      if (call.verb === 'ADD' && answer.status === 0)
        command('ip', '-n', sandboxOf(call), 'address', 'add', '203.0.113.44/32', 'dev', call.env['CNI_IFNAME'] ?? '')
      return answer
    },
  },
  'route-that-is-not-there': {
    of: 'bridge',
    caughtBy: ['NET-03'],
    alsoSeenBy: ['CHK-*'],
    answer: afterAdd((result) => ({
      ...result,
      routes: [...lists(result, 'routes'), { dst: '203.0.113.0/24', gw: '10.1.0.1' }],
    })),
  },
  'second-default-route': {
    of: 'bridge',
    caughtBy: ['NET-04'],
    answer: (call, real) => {
      const answer = real(call)
      if (call.verb === 'ADD' && answer.status === 0)
        command('ip', '-n', sandboxOf(call), 'route', 'add', 'default', 'via', '10.1.0.1', 'metric', '900')
      return answer
    },
  },
} as const satisfies Record<string, Defect>

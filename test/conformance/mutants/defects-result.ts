import { normalize } from 'node:path'
import { type Call, type Config, command, type Defect, failure, type Real, sandboxOf, withResult } from './call.ts'

const afterAdd = (change: (result: Config) => Config) => (call: Call, real: Real) =>
  call.verb === 'ADD' ? withResult(real(call), change) : real(call)
const lists = (result: Config, key: string): Config[] => (result[key] ?? []) as Config[]

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
} as const satisfies Record<string, Defect>

function withoutArgument(call: Call, name: string): Call {
  if (call.config === undefined) return call
  const { [name]: _, ...rest } = (call.config?.['runtimeConfig'] ?? {}) as Config
  return { ...call, stdin: JSON.stringify({ ...call.config, runtimeConfig: rest }) }
}

import type { Attachment } from '../bench/attachment.ts'
import { standInAttachment } from '../bench/ipam.ts'
import { fails, succeeds, unchanged } from '../bench/judge.ts'
import { ip } from '../bench/machine.ts'
import type { RunRecord } from '../bench/run-record.ts'
import { errorAnswer } from '../bench/stand-in.ts'
import { newest, routesIn, sandboxIps } from '../bench/view.ts'
import { type Case, cni, EVERY_KIND, type Finding, NotRun, practice } from '../case.ts'
import { afterDrift, OF_RESULT, ofOthers, requireCheck } from './after-drift.ts'
import { checkVariants } from './check-variants.ts'
import * as drifts from './drifts.ts'

const LATER = cni(
  '2 CHECK',
  'MUST',
  'The plugin must allow for a later chained plugin to have modified networking resources, e.g. routes.',
)

/** CHK: CHECK succeeds where all is well, and finds what is not. */
export const checkCases: readonly Case[] = [
  {
    id: 'CHK-01',
    title: 'CHECK right after ADD succeeds, however the network is configured',
    sentence: cni('2 CHECK', 'MUST', 'The plugin must handle CHECK being called immediately after an ADD.'),
    kinds: EVERY_KIND,
    since: '0.4.0',
    versions: 'each',
    inChain: true,
    run: async (bench) => {
      const found: Finding[] = []
      for (const { what, make } of checkVariants(bench)) {
        const attachment = make()
        if (!(await addsCleanly(attachment))) continue
        found.push(...succeeds(await attachment.run('CHECK'), `CHECK right after ADD ${what}`))
        await attachment.run('DEL')
      }
      return found
    },
  },
  afterDrift('CHK-02', 'CHECK finds that the interface is gone', OF_RESULT, ['main'], drifts.interfaceGone),
  afterDrift(
    'CHK-03',
    'CHECK finds that another kind of interface has its name',
    OF_RESULT,
    ['main'],
    drifts.interfaceReplaced,
  ),
  afterDrift('CHK-04', 'CHECK finds that the interface has another MAC', OF_RESULT, ['main'], drifts.macChanged),
  afterDrift('CHK-05', 'CHECK finds that an address is gone', OF_RESULT, ['main'], drifts.addressGone),
  afterDrift('CHK-06', 'CHECK finds that a route is gone', OF_RESULT, ['main'], drifts.routeGone),
  afterDrift(
    'CHK-07',
    'CHECK finds that the default route goes another way',
    OF_RESULT,
    ['main'],
    drifts.defaultRouteElsewhere,
  ),
  afterDrift(
    'CHK-08',
    'CHECK finds that the interface is down',
    cni(
      '2 CHECK',
      'SHOULD',
      'The plugin should return an error if it is aware of a condition where the container is generally unreachable.',
    ),
    ['main'],
    drifts.linkDown,
  ),
  afterDrift(
    'CHK-09',
    'CHECK finds that the host’s side is broken',
    ofOthers('what the host has for the container'),
    ['main'],
    drifts.hostSideBroken,
  ),
  afterDrift(
    'CHK-10',
    'CHECK finds that the reservation of an address is gone',
    ofOthers('IP reservations'),
    ['main', 'ipam'],
    drifts.reservationGone,
  ),
  afterDrift('CHK-11', 'CHECK finds that its rules are gone', ofOthers('firewall rules'), ['meta'], drifts.rulesGone),
  afterDrift(
    'CHK-12',
    'CHECK finds that its traffic shaping is gone',
    ofOthers('traffic shaping controls'),
    ['meta'],
    drifts.queueGone,
  ),
  afterDrift(
    'CHK-13',
    'CHECK finds that its policy rules are gone',
    ofOthers('policy rules'),
    ['meta'],
    drifts.policyRuleGone,
  ),
  afterDrift(
    'CHK-14',
    'CHECK finds that a value it set has changed',
    ofOthers('kernel settings and attributes of the interface'),
    ['meta'],
    drifts.tuningUndone,
  ),
  {
    id: 'CHK-15',
    title: 'CHECK without prevResult is a clean error',
    sentence: cni(
      '2 CHECK',
      'MUST',
      'The plugin must consult the prevResult to determine the expected interfaces and addresses.',
    ),
    kinds: ['main', 'meta'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      return fails(await attachment.run('CHECK', { prevResult: undefined }), 'CHECK without prevResult')
    },
  },
  {
    id: 'CHK-16',
    title: 'CHECK allows for what a later plugin of the chain changed',
    sentence: LATER,
    kinds: ['main'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const found: Finding[] = []
      for (const [what, change] of Object.entries({ 'the MAC': laterMac, 'the table of the routes': laterTable })) {
        const attachment = bench.attachment()
        await attachment.added()
        await requireCheck(attachment)
        const prevResult = change(attachment)
        found.push(
          ...succeeds(await attachment.run('CHECK', { prevResult }), `CHECK after a later plugin changed ${what}`),
        )
        await attachment.run('DEL')
      }
      return found
    },
  },
  {
    id: 'CHK-17',
    title: 'CHECK still succeeds when other containers have come and gone',
    sentence: cni(
      '2 CHECK',
      'MUST',
      'A runtime may execute CHECK from immediately after a successful ADD, up until the container is deleted from the network (CNI 0.4.0).',
    ),
    kinds: EVERY_KIND,
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      // What an attachment recorded may hold by chance, once or twice.
      for (let round = 1; round <= 3; round += 1) {
        const [first, ...others] = Array.from({ length: 11 }, () => bench.attachment())
        if (first === undefined) break
        await first.added()
        await requireCheck(first)
        for (const other of others) await other.added()
        for (const other of others.slice(0, 5)) await other.deleted()
        const found = succeeds(await first.run('CHECK'), 'CHECK after ten other ADDs and five DELs')
        if (found.length > 0) return found
        for (const other of [first, ...others.slice(5)]) await other.deleted()
      }
      return []
    },
  },
  {
    id: 'CHK-18',
    title: 'CHECK changes nothing, whether it succeeds or fails',
    sentence: cni('2 CHECK', 'SHOULD', 'CHECK is a way for a runtime to probe the status of an existing container.'),
    kinds: EVERY_KIND,
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      const stock = () => bench.snapshot(attachment.sandbox)
      const found: Finding[] = []
      for (const [what, make] of [
        ['with all in order', () => undefined],
        ['with every rule flushed', drifts.flushRules],
      ] as const) {
        make()
        const before = stock()
        const run = await attachment.run('CHECK')
        found.push(...unchanged(before, stock(), `CHECK, ${what}, changed something`, run))
      }
      return found
    },
  },
  {
    id: 'CHK-19',
    title: "The IPAM plugin's CHECK is called, and its error passed on",
    sentence: cni(
      '2 CHECK',
      'SHOULD',
      'The plugin should call CHECK on any delegated (e.g. IPAM) plugins and pass any errors on to its caller.',
    ),
    kinds: ['main'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const { attachment, ipam } = standInAttachment(bench)
      await attachment.added()
      await requireCheck(attachment)
      const called = ipam.calls().some(({ verb }) => verb === 'CHECK')
      ipam.answer('CHECK', errorAnswer(100, 'the reservation is gone'))
      const run = await attachment.run('CHECK')
      return [
        ...(called ? [] : [{ found: 'the IPAM plugin was not called with CHECK', run }]),
        ...fails(run, 'CHECK with an IPAM plugin that fails it'),
      ]
    },
  },
  {
    id: 'CHK-20',
    title: 'The reservation is compared with the address of prevResult',
    sentence: cni(
      '2 CHECK',
      'SHOULD',
      'The plugin must consult the prevResult to determine the expected interfaces and addresses.',
    ),
    kinds: ['ipam'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      const { result } = await attachment.added()
      await requireCheck(attachment)
      const ips = newest(result).ips?.map((one) => ({
        ...one,
        address: one.address.includes(':') ? '2001:db8:ffff::9/64' : '192.0.2.99/24',
      }))
      if (!ips?.length) throw new NotRun('it gave no address')
      return fails(
        await attachment.run('CHECK', { prevResult: { ...result, ips } }),
        'CHECK with an address that it never gave',
      )
    },
  },
  {
    id: 'CHK-21',
    title: 'CHECK finds that the sandbox is gone',
    sentence: OF_RESULT,
    kinds: ['main'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      await requireCheck(attachment)
      bench.endSandbox(attachment.sandbox)
      return fails(await attachment.run('CHECK'), 'CHECK of a sandbox that is gone')
    },
  },
  {
    id: 'CHK-22',
    title: 'The same sandbox by another path passes CHECK',
    sentence: practice(
      'NOTE',
      'The parameters of CHECK are those of ADD (CNI 1.1.0, 2 CHECK), so that either answer is right.',
    ),
    kinds: ['main', 'meta'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const attachment = bench.attachment()
      await attachment.added()
      await requireCheck(attachment)
      return succeeds(
        await attachment.run('CHECK', { env: { CNI_NETNS: `/var${attachment.sandbox.path}` } }),
        'CHECK by another path',
      )
    },
  },
]

// Whether a configuration is one that the plugin takes is not what CHECK is about.
async function addsCleanly(attachment: Attachment): Promise<RunRecord | undefined> {
  try {
    return (await attachment.added()).run
  } catch (fault) {
    if (fault instanceof NotRun) return undefined
    throw fault
  }
}

function laterMac({ sandbox, ifName, result }: Attachment): ReturnType<Attachment['result']> {
  const mac = '02:00:5e:00:53:16'
  ip({ sandbox: sandbox.name }, 'link', 'set', ifName, 'address', mac)
  const final = newest(result() ?? { cniVersion: '1.1.0' })
  const interfaces = final.interfaces?.map((one) => (one.name === ifName && one.sandbox ? { ...one, mac } : one))
  return { ...result(), cniVersion: result()?.cniVersion ?? '1.0.0', ...(interfaces ? { interfaces } : {}) }
}

// What sbr does: the interface's routes are in a table of their own, which a rule for its address leads to.
function laterTable({ sandbox, ifName, result }: Attachment): ReturnType<Attachment['result']> {
  const where = { sandbox: sandbox.name }
  const final = result()
  const sources = final
    ? sandboxIps(newest(final), ifName).flatMap(({ ip: { address } }) => address.split('/')[0] ?? [])
    : []
  const routes = routesIn(where).filter(
    ({ dev, table, gateway }) => dev === ifName && table === 'main' && gateway !== undefined,
  )
  for (const { dst, gateway = '' } of routes) {
    const family = dst.includes(':') ? '-6' : '-4'
    ip(where, family, 'route', 'add', dst, 'via', gateway, 'dev', ifName, 'table', '100', 'onlink')
    ip(where, family, 'route', 'delete', dst, 'via', gateway, 'dev', ifName)
  }
  for (const source of sources)
    ip(where, source.includes(':') ? '-6' : '-4', 'rule', 'add', 'from', source, 'table', '100')
  return final
}

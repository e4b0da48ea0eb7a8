import type { Attachment } from '../bench/attachment.ts'
import { succeeds } from '../bench/judge.ts'
import { ip } from '../bench/machine.ts'
import { hasOwnMac, newest, routesIn, sandboxIps } from '../bench/view.ts'
import { type Case, cni, EVERY_KIND, type Finding } from '../case.ts'
import { requireCheck } from './after-drift.ts'

/** CHK-16, CHK-17: CHECK goes on to succeed when later plugins and other containers have come. */
export const laterChangeCases: readonly Case[] = [
  {
    id: 'CHK-16',
    title: 'CHECK allows for what a later plugin of the chain changed',
    sentence: cni(
      '2 CHECK',
      'MUST',
      'The plugin must allow for a later chained plugin to have modified networking resources, e.g. routes.',
    ),
    kinds: ['main'],
    since: '0.4.0',
    versions: 'once',
    run: async (bench) => {
      const found: Finding[] = []
      for (const [what, change] of Object.entries({ 'the MAC': laterMac, 'the table of the routes': laterTable })) {
        const attachment = bench.attachment()
        await attachment.added()
        await requireCheck(attachment)
        if (change === laterMac && !hasOwnMac({ sandbox: attachment.sandbox.name }, attachment.ifName)) continue
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
]

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

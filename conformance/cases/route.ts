import { canonicalCidr, isDefaultDestination, type Result, type Route } from '../../src/cni/index.ts'
import { standInAttachment } from '../bench/ipam.ts'
import { findings, succeeds } from '../bench/judge.ts'
import { ip } from '../bench/machine.ts'
import { addressText, cidrText, type KernelRoute, routesIn } from '../bench/view.ts'
import { type Case, cni, cni040, practice } from '../case.ts'
import { ofAdded } from './after-add.ts'
import { bystander } from './bystander.ts'

/** NET-03, 04, 08, 11: the routes that a result tells of are really there. */
export const routeCases: readonly Case[] = [
  ofAdded(
    'NET-03',
    'Every route of the result is in the sandbox',
    cni(
      '5 ADD Success',
      'MUST',
      'routes: Routes created by this attachment. gw: the next hop address; if unset, a value in gateway in the ips array may be used.',
    ),
    ({ result, attachment }) => {
      const present = routesIn({ sandbox: attachment.sandbox.name })
      return (result.routes ?? [])
        .filter((route) => !present.some((one) => isRoute(one, route, result)))
        .map(
          (route) =>
            `there is no route ${route.dst}${route.gw ? ` via ${route.gw}` : ''} in table ${String(route['table'] ?? 'main')}`,
        )
    },
  ),
  ofAdded(
    'NET-04',
    'A family has at most one default route, over the interface',
    practice('SHOULD', 'Two default routes of one family are a choice that nobody made.'),
    ({ attachment: { sandbox, ifName } }) => {
      const defaults = routesIn({ sandbox: sandbox.name }).filter(
        ({ dst, table }) => table === 'main' && isDefaultDestination(dst),
      )
      return ['0.0.0.0/0', '::/0']
        .flatMap((family) => {
          const own = defaults.filter(({ dst }) => dst === family)
          return own.length <= 1
            ? []
            : [`there are ${own.length} routes to ${family}, over ${own.map(({ dev }) => dev).join(', ')}`]
        })
        .concat(
          defaults
            .filter(({ dev }) => dev !== ifName && dev !== 'eth0')
            .map(({ dst, dev }) => `the route to ${dst} is over ${dev}`),
        )
    },
  ),
  {
    id: 'NET-08',
    title: 'What a route says of itself since 1.1.0 is applied and reported',
    sentence: cni('5 ADD Success', 'SHOULD', 'mtu, advmss, priority, table, scope: attributes of the route.'),
    kinds: ['main'],
    since: '1.1.0',
    versions: 'each',
    run: async (bench) => {
      const route = { dst: '203.0.113.0/24', gw: '198.51.100.1', mtu: 1400, advmss: 1300, priority: 77, table: 100 }
      const ips = [{ address: '198.51.100.5/24' }]
      const { attachment } = standInAttachment(bench, { ADD: { result: { ips, routes: [route] } } })
      const { run } = await attachment.added()
      const found = routesIn({ sandbox: attachment.sandbox.name }).find(({ dst }) => dst === route.dst)
      if (found === undefined) return findings([`there is no route ${route.dst}`], run)
      const text = JSON.stringify(found.raw)
      const kept = {
        mtu: text.includes('1400'),
        advmss: text.includes('1300'),
        priority: text.includes('77'),
        table: found.table === '100',
      }
      return findings(
        Object.entries(kept)
          .filter(([, is]) => !is)
          .map(([key]) => `its ${key} is not applied: ${text}`),
        run,
      )
    },
  },
  {
    id: 'NET-11',
    title: 'A default route that another network made is no error, and stays',
    sentence: cni040(
      'IP Allocation',
      'SHOULD',
      'Since another network might have already configured the default route, the CNI plugin should be prepared to skip over its default route definition.',
    ),
    kinds: ['main'],
    versions: 'once',
    run: async (bench) => {
      const ips = [{ address: '198.51.100.5/24', gateway: '198.51.100.1' }]
      const routes = [{ dst: '0.0.0.0/0', gw: '198.51.100.1' }]
      const { attachment } = standInAttachment(bench, { ADD: { result: { ips, routes } } })
      const sandbox = { sandbox: attachment.sandbox.name }
      bystander(attachment)
      ip(sandbox, 'route', 'add', 'default', 'via', '198.18.2.254', 'dev', 'bystander1')
      const run = await attachment.run('ADD')
      const stays = routesIn(sandbox).some(({ dst, dev }) => isDefaultDestination(dst) && dev === 'bystander1')
      return [
        ...succeeds(run, 'ADD where there is a default route already'),
        ...(stays ? [] : [{ found: 'the default route of the other network is gone', run }]),
      ]
    },
  },
]

// A route without a gateway may go over that of an address, or straight to the link.
function isRoute(present: KernelRoute, { dst, gw, table }: Route, { ips = [] }: Result): boolean {
  const family = canonicalCidr(dst)?.family
  const assumed = ips.flatMap(({ address, gateway }) =>
    gateway && canonicalCidr(address)?.family === family ? [addressText(gateway)] : [],
  )
  const hops = gw ? [addressText(gw)] : [...assumed, undefined]
  return present.dst === cidrText(dst) && present.table === String(table ?? 'main') && hops.includes(present.gateway)
}

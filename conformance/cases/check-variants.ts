import { isJsonObject, type JsonObject } from '../../src/cni/index.ts'
import type { Attachment, ConfigChange } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { overDefaultRoute } from '../bench/fixtures.ts'
import { standInAttachment } from '../bench/ipam.ts'
import type { Answer } from '../bench/stand-in.ts'
import { subjectConfig } from '../subject.ts'

/** A way to configure a network after which CHECK has to succeed. */
export type CheckVariant = { readonly what: string; readonly make: () => Attachment }

/** The configuration as it is, and what of it may be otherwise: no addresses, IPv6, other routes, no arguments. */
export function checkVariants(bench: Bench): readonly CheckVariant[] {
  const config = subjectConfig(bench.subject)
  const asConfigured: CheckVariant = { what: 'as configured', make: () => bench.attachment() }
  if (bench.column.placement !== 'direct') return [asConfigured]
  return [asConfigured, ...ofMain(bench, config), ...ofKeys(bench, config), ...ofArguments(bench, config)]
}

function ofMain(bench: Bench, config: JsonObject): readonly CheckVariant[] {
  const hasIpam =
    bench.subject.kind === 'main' && isJsonObject(config['ipam']) && typeof config['ipam']['type'] === 'string'
  if (!hasIpam) return []
  const standIn = (result: NonNullable<Answer['result']>) => () =>
    standInAttachment(bench, { ADD: { result } }, { config: withoutGateway }).attachment
  return [
    { what: 'without ipam', make: () => bench.attachment({ config: (one) => ({ ...withoutGateway(one), ipam: {} }) }) },
    { what: 'with IPv6 alone', make: standIn({ ips: [{ address: '2001:db8:5::5/64', gateway: '2001:db8:5::1' }] }) },
    {
      what: 'with a route that has no gateway',
      make: standIn({
        ips: [{ address: '198.51.100.5/24', gateway: '198.51.100.1' }],
        routes: [{ dst: '203.0.113.0/24' }],
      }),
    },
  ]
}

// The host's side has the gateway of the configured addresses, and would refuse that of others.
function withoutGateway(config: JsonObject): ReturnType<ConfigChange> {
  return { ...config, isGateway: undefined, isDefaultGateway: undefined, ipMasq: undefined }
}

function ofKeys(bench: Bench, config: JsonObject): readonly CheckVariant[] {
  const variants: CheckVariant[] = []
  const { sysctl, mac, master } = config
  if (isJsonObject(sysctl))
    for (const [what, more] of [
      ['with a sysctl of two values', { 'net.ipv4.ip_local_port_range': '20000 30000' }],
      ['with a sysctl of the interface', { 'net.ipv4.conf.IFNAME.arp_filter': '1' }],
    ] as const)
      variants.push({
        what,
        make: () => bench.attachment({ config: (one) => ({ ...one, sysctl: { ...sysctl, ...more } }) }),
      })
  if (typeof mac === 'string')
    variants.push({
      what: 'with a MAC in capitals',
      make: () => bench.attachment({ config: (one) => ({ ...one, mac: '02:00:5E:00:53:AB' }) }),
    })
  if (typeof master === 'string')
    variants.push({
      what: 'with the master that the default route is over',
      make: () => overDefaultRoute(bench, master),
    })
  return variants
}

function ofArguments(bench: Bench, config: JsonObject): readonly CheckVariant[] {
  const { capabilities } = config
  if (!isJsonObject(capabilities)) return []
  return [
    {
      what: 'without runtimeConfig',
      make: () => bench.attachment({ config: (one) => ({ ...one, runtimeConfig: undefined }) }),
    },
  ]
}

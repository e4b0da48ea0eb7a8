import { execFileSync } from 'node:child_process'
import { bridge, definition, pod } from './plexus.ts'

/** Networks to crash on: a node, its cluster, and what the runtime asks for. */
export type Scenario = {
  readonly title: string
  readonly node: Readonly<Record<string, unknown>>
  readonly objects: readonly object[]
  readonly runtimeConfig?: object
}

const portMappings = [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }]
const portmap = { type: 'portmap', capabilities: { portMappings: true }, snat: true }
const tuning = { type: 'tuning', sysctl: { 'net.core.somaxconn': '500' } }

/** A default network alone, with rules of the firewall. */
export const NO_DEFINITION: Scenario = {
  title: '0 definitions: bridge → tuning → portmap',
  node: { delegates: [list('base', [plugin(70), { ...tuning, capabilities: { mac: true } }, portmap])] },
  objects: [pod('web')],
  runtimeConfig: { mac: '02:00:00:00:00:70', portMappings },
}

/** One definition, whose gateway takes the place of the default network's. */
export const ONE_DEFINITION: Scenario = {
  title: '1 definition: bridge; bridge with the default route',
  node: { delegates: [bridge(71, { name: 'base', isDefaultGateway: true })] },
  objects: [
    definition('routed', bridge(72, { name: 'routed', isGateway: true })),
    pod('web', [{ name: 'routed', 'default-route': ['10.72.0.1'] }]),
  ],
}

/** Three definitions, one of them of a plugin that only changes an interface that is there. */
export const THREE_DEFINITIONS: Scenario = {
  title: '3 definitions: bridge → portmap; macvlan; bridge; tuning',
  node: { delegates: [list('base', [plugin(73), portmap])] },
  objects: [
    definition('lan', {
      cniVersion: '1.0.0',
      name: 'lan',
      type: 'macvlan',
      master: 'uplink',
      ipam: { type: 'host-local', subnet: '10.74.0.0/16' },
    }),
    definition('wan', bridge(75, { name: 'wan' })),
    definition('tuned', { cniVersion: '1.0.0', name: 'tuned', ...tuning }),
    pod('web', 'lan,wan,tuned'),
  ],
  runtimeConfig: { portMappings },
}

/** The networks a pod can have that fails or is hard to get rid of: a plugin of a fixture at one of three places. */
export const PLACES = ['the default network', 'net1', 'net2'] as const

/** Three networks, one of which has a plugin more at its end. */
export function withPluginAt(place: number, extra: object): Scenario {
  const networks = ['base', 'lan', 'wan'].map((name, index) =>
    list(name, [plugin(76 + index), ...(index === place ? [extra] : [])]),
  )
  const [base, lan, wan] = networks as [object, object, object]
  return {
    title: `${(extra as { type: string }).type} in ${PLACES[place]}`,
    node: { delegates: [base] },
    objects: [definition('lan', lan), definition('wan', wan), pod('web', 'lan,wan')],
  }
}

/** Gives the host an interface that macvlan can be made on. */
export function makeUplink(): void {
  execFileSync('ip', ['link', 'add', 'uplink', 'type', 'veth', 'peer', 'name', 'switch'])
  for (const end of ['uplink', 'switch']) execFileSync('ip', ['link', 'set', end, 'up'])
}

function list(name: string, plugins: readonly object[]): object {
  return { cniVersion: '1.0.0', name, plugins }
}

function plugin(net: number): object {
  const { name: _name, cniVersion: _version, ...keys } = bridge(net) as Record<string, unknown>
  return keys
}

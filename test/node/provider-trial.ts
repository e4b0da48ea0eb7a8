import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { type Ended, PLEXUS, pod } from '../engine/plexus.ts'
import { addresses, links } from './namespaces.ts'
import { exampleOf, keptByProvider, type ProviderNode, realPlugin, withProvider } from './provider-ground.ts'
import { PROVIDERS, type Provider, type ProviderId } from './providers.ts'

/** What became of a provider beside Plexus, step by step, in words; `ok` where nothing is to be said. */
export type Trial = {
  readonly provider: string
  /** `real` or `fake` for each plugin that is the provider's own. */
  readonly plugins: string
  readonly parsed: string
  /** The plugins that an ADD of a pod with a second network runs, network by network. */
  readonly planned: string
  readonly add: string
  readonly check: string
  readonly del: string
  readonly beside: string
}

const PORT = { portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] }
const tried = new Map<ProviderId, Promise<Trial>>()

/** Tries a provider, once a process. */
export function trial(id: ProviderId): Promise<Trial> {
  const known = tried.get(id) ?? tryOut(PROVIDERS[id])
  tried.set(id, known)
  return known
}

/** The table of trials, as docs/providers.md has it. */
export function trialTable(trials: readonly Trial[]): string {
  const rows = trials.map((one) => COLUMNS.map(([key]) => one[key]))
  const heads = COLUMNS.map(([, head]) => head)
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

const COLUMNS = [
  ['provider', 'provider'],
  ['plugins', 'its plugins'],
  ['parsed', 'parsed'],
  ['planned', 'planned, with a second network'],
  ['add', 'ADD'],
  ['check', 'CHECK'],
  ['del', 'DEL'],
  ['beside', 'ADD and DEL beside a second network'],
] as const satisfies readonly (readonly [keyof Trial, string])[]

/** Tries a provider. Throws where its programs are to be real, and one is not there. */
export async function tryOut(provider: Provider): Promise<Trial> {
  const { title, plugins, checkedAs } = provider
  const named = plugins.map((name) => `\`${name}\` ${realPlugin(provider, name) ? 'real' : 'fake'}`).join(', ')
  const found: Record<string, string> = { parsed: validated(provider) }
  await withProvider(provider, {}, async (node) => {
    layCluster(node, provider)
    found['planned'] = planned(provider)
    const config = { runtimeConfig: PORT }
    const added = await node.attach('ADD', 'web', { config })
    found['add'] = added.status === 0 ? inPod(node) : said(added)
    found['del'] = await deleted(node, 'web')
    const both = await node.attach('ADD', 'database', { config })
    found['beside'] = both.status === 0 ? inPod(node) : said(both)
    const end = await deleted(node, 'database')
    if (end !== 'ok') found['beside'] += `; DEL: ${end}`
  })
  found['check'] = await checked(provider, checkedAs ?? written(provider).cniVersion)
  return { provider: title, plugins: named || 'reference plugins, real', ...found } as Trial
}

async function checked(provider: Provider, cniVersion: string): Promise<string> {
  if (cniVersion < '0.4.0') return `none in CNI ${cniVersion}`
  let outcome = ''
  // The reference plugin bandwidth 1.1.1 crashes at a CHECK where no bandwidth was asked for.
  const plugins = written(provider).plugins?.filter(({ type }) => type !== 'bandwidth')
  await withProvider(provider, { cniVersion, ...(plugins && { plugins }) }, async (node) => {
    layCluster(node, provider)
    const added = await node.attach('ADD', 'database')
    outcome = added.status === 0 ? said(await node.attach('CHECK', 'database')) : `ADD: ${said(added)}`
    await deleted(node, 'database')
  })
  return `${outcome}, as CNI ${cniVersion}`
}

async function deleted(node: ProviderNode, name: string): Promise<string> {
  const outcome = said(await node.attach('DEL', name))
  const left = [...keptByProvider(), ...node.state(), ...inSandbox(node)]
  return outcome === 'ok' && left.length > 0 ? `left ${left.join(', ')}` : outcome
}

// What the example's own configuration makes of its pod, as `plexus explain` says it.
function planned(provider: Provider): string {
  const args = ['explain', 'database', '-f', exampleOf(provider, 'second-network.yaml'), '-o', 'json']
  const [{ attachments }] = JSON.parse(execFileSync(PLEXUS, args, { encoding: 'utf8' })) as [Explained]
  return attachments.map(({ plugins }) => plugins.map(({ plugin }) => plugin).join(' → ')).join('; ')
}
type Explained = { readonly attachments: readonly { readonly plugins: readonly { readonly plugin: string }[] }[] }

function validated(provider: Provider): string {
  const files = [provider.file, '00-plexus.conflist', 'second-network.yaml'].map((name) => exampleOf(provider, name))
  return execFileSync(PLEXUS, ['validate', '--strict', ...files], { encoding: 'utf8' }).startsWith('Nothing is wrong')
    ? 'ok'
    : 'not ok'
}

function written(provider: Provider): Written {
  return JSON.parse(readFileSync(exampleOf(provider, provider.file), 'utf8'))
}
type Written = { readonly cniVersion: string; readonly plugins?: readonly { readonly type: string }[] }

function layCluster(node: ProviderNode, provider: Provider): void {
  node.apply(pod('web'))
  copyFileSync(exampleOf(provider, 'second-network.yaml'), `${node.folder}/cluster/second-network.yaml`)
}

function inPod(node: ProviderNode): string {
  return inSandbox(node)
    .map((name) => `${name} ${addresses(name, node.netns).join(' ')}`)
    .join(', ')
}

function inSandbox({ netns }: ProviderNode): readonly string[] {
  return links(netns)
    .map(({ name }) => name)
    .filter((name) => name !== 'lo')
    .sort()
}

function said({ status, json }: Ended): string {
  return status === 0 ? 'ok' : `error ${json.code}: ${json.msg}`
}

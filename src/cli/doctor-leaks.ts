import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { canonicalAddress, isJsonObject } from '../cni/index.ts'
import { journalFiles } from '../host/index.ts'
import { doubt, ill, ok, type Patient, type Verdict } from './doctor-verdict.ts'
import { type HeldCall, podName } from './journal-view.ts'

/** An address that host-local holds for a container. */
type Lease = { readonly path: string; readonly network: string; readonly containerId: string; readonly address: string }

const IPAM_FOLDER = '/var/lib/cni/networks'
// Where libcni keeps the results of the containers that a runtime has attached, each file named for its container.
const RESULTS_FOLDER = '/var/lib/cni/results'

/** What was left behind: the journal against the namespaces, and against the addresses that host-local holds. */
export function examineLeaks({ journal }: Patient): readonly Verdict[] {
  const { calls, unreadable, folder } = journal
  const stale = calls.filter(({ isStale }) => isStale)
  const cutOff = calls.filter(
    ({ isStale, call }) => !isStale && call.attachments.some(({ state }) => state !== 'added'),
  )
  const found = [
    ...stale.map((held) => ill(`${named(held)}: its sandbox ${held.call.netns} is gone`, 'plexus gc')),
    ...cutOff.map((held) =>
      doubt(`${named(held)}: an ADD is at work, or was cut off`, `plexus show ${held.containerId}`),
    ),
    ...unreadable.map(({ msg, containerId }) =>
      ill(`${msg}; the DEL of its container finds out what it said`, `crictl stopp ${containerId}`),
    ),
    ...setAside(folder),
    ...leases(journal),
  ]
  const held = `${calls.length === 1 ? '1 container' : `${calls.length} containers`} in ${folder}`
  return found.length > 0 ? found : [ok(`${held}: all sandboxes are there, no address is held for nobody`)]
}

function setAside(folder: string): readonly Verdict[] {
  const paths = journalFiles(folder).listAside()
  return paths.map((path) => doubt(`${path}: a journal that could not be read was set aside`, `rm ${path}`))
}

function leases({ calls, folder }: Patient['journal']): readonly Verdict[] {
  const pools = poolsOf(calls)
  const found = [...pools].flatMap(([network, dataDir]) => leasesIn(`${dataDir}/${network}`, network))
  const known = (containerId: string): boolean =>
    calls.some((held) => held.containerId === containerId) || isRemembered(containerId, dirname(folder))
  return found
    .filter(({ containerId }) => !known(containerId))
    .map(({ path, network, containerId, address }) =>
      ill(`${address} of network ${network} is held for container ${containerId}, which nobody knows`, `rm ${path}`),
    )
}

// The networks whose addresses are host-local's, and where it keeps them: of those the journal knows, and of all that are
// in the usual folder, since what is in no journal any more is what leaked.
function poolsOf(calls: readonly HeldCall[]): ReadonlyMap<string, string> {
  const pools = new Map(namesIn(IPAM_FOLDER).map((network) => [network, IPAM_FOLDER]))
  for (const { network } of calls.flatMap(({ call }) => call.attachments))
    for (const { ipam } of network.plugins) {
      const isOwn = isJsonObject(ipam) && ipam['type'] === 'host-local' && typeof ipam['dataDir'] === 'string'
      if (isOwn && ipam['dataDir'] !== '') pools.set(network.name, String(ipam['dataDir']))
    }
  return pools
}

function leasesIn(folder: string, network: string): readonly Lease[] {
  return namesIn(folder)
    .filter((name) => canonicalAddress(name) !== undefined)
    .flatMap((address) => {
      const [containerId = ''] = textOf(`${folder}/${address}`).split(/\r?\n/)
      return containerId === '' ? [] : [{ path: `${folder}/${address}`, network, containerId, address }]
    })
}

// What a runtime attached without Plexus, or Multus did before it, is theirs to delete, or will be Plexus'.
function isRemembered(containerId: string, cniDir: string): boolean {
  const folders = [RESULTS_FOLDER, cniDir, `${cniDir}/results`]
  return folders.some((folder) => namesIn(folder).some((name) => name.includes(containerId)))
}

function named({ containerId, call }: HeldCall): string {
  return `container ${containerId.slice(0, 12)} (pod ${podName(call)})`
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    // Not there, or not ours to read: nothing is said of it.
    return []
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Gone meanwhile.
    return ''
  }
}

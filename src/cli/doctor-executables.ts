import { connect } from 'node:net'
import { agentVersion } from '../cluster/index.ts'
import {
  CNI_VERSIONS,
  CniError,
  type CniVersion,
  isJsonObject,
  type Json,
  NEWEST,
  parseJsonObject,
} from '../cni/index.ts'
import { hostExec, runCommand } from '../host/index.ts'
import { knownNetworks } from './doctor-networks.ts'
import { doubt, ill, ok, type Patient, type Verdict } from './doctor-verdict.ts'
import { VERSION } from './version.ts'

/** A plugin that some network needs, the newest version one wants of it, and who wants it. */
type Needed = { readonly type: string; readonly cniVersion: CniVersion; readonly by: string }

const TIMEOUT_MS = 5_000
const RESTART = 'kubectl -n kube-system rollout restart daemonset/plexus'
const DEFAULT_BIN_DIR = '/opt/cni/bin'

/** Whether the executable that the runtime calls is there, and of this version. */
export function examineExecutable(patient: Patient): readonly Verdict[] {
  const { binDir = DEFAULT_BIN_DIR, type = 'plexus' } = patient.chosen?.node ?? {}
  const path = `${binDir}/${type}`
  if (hostExec().find(type, [binDir]) === undefined)
    return [ill(`${path}: is not there: the runtime cannot call Plexus`, 'plexus install')]
  try {
    const version = versionOf(path)
    if (version === undefined) return [ill(`${path}: does not run as Plexus`, 'plexus install')]
    if (version === VERSION) return [ok(`${path}: version ${version}`)]
    return [doubt(`${path}: version ${version}, this is ${VERSION}`, 'plexus install')]
  } catch (fault) {
    if (fault instanceof CniError) return [ill(`${path}: ${fault.msg}`, 'plexus install')]
    throw fault
  }
}

function versionOf(path: string): string | undefined {
  const { stdout, status } = runCommand(path, ['--version'])
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : undefined
}

/** Whether the node agent answers, where one is configured, and is of the executable's version. */
export async function examineAgent(patient: Patient): Promise<readonly Verdict[]> {
  const socket = patient.chosen?.node.agentSocket
  if (socket === undefined) return [ok('no agentSocket is configured: the executable asks the API server itself')]
  const fault = await connectionFault(socket)
  if (fault === undefined) return [await examineAgentVersion(socket, patient)]
  return [
    doubt(
      `${socket}: ${fault}; meanwhile the executable asks the API server itself`,
      'kubectl -n kube-system rollout status daemonset/plexus',
    ),
  ]
}

// The DaemonSet installs the executable that its image has, and then runs it as the agent: what makes it do so again
// makes the two the same.
async function examineAgentVersion(socket: string, patient: Patient): Promise<Verdict> {
  const version = await agentVersion(socket, TIMEOUT_MS).catch(() => undefined)
  const executable = installedVersion(patient) ?? VERSION
  if (version === executable) return ok(`${socket}: the agent answers, version ${version}`)
  const said = version === undefined ? 'does not say its version' : `is of version ${version}`
  return doubt(`${socket}: the agent ${said}, the executable is of ${executable}`, RESTART)
}

function installedVersion(patient: Patient): string | undefined {
  const { binDir = DEFAULT_BIN_DIR, type = 'plexus' } = patient.chosen?.node ?? {}
  try {
    return versionOf(`${binDir}/${type}`)
  } catch {
    return undefined
  }
}

/** Whether the plugins that networks need are there, and speak the versions those ask for. */
export async function examinePlugins(patient: Patient): Promise<readonly Verdict[]> {
  const folders = [...new Set([patient.chosen?.node.binDir ?? DEFAULT_BIN_DIR, ...journalFolders(patient)])]
  const needed = neededPlugins(patient)
  if (needed.length === 0) return [ok('no network is known that would need a plugin')]
  return (await Promise.all(needed.map((one) => examinePlugin(one, folders)))).flat()
}

async function examinePlugin(
  { type, cniVersion, by }: Needed,
  folders: readonly string[],
): Promise<readonly Verdict[]> {
  const exec = hostExec()
  const path = type.includes('/') ? undefined : exec.find(type, folders)
  if (path === undefined)
    return [ill(`${type}: no such executable in ${folders.join(', ')}, but ${by} needs it`, `ls ${folders.join(' ')}`)]
  const env = { PATH: process.env['PATH'] ?? '', CNI_COMMAND: 'VERSION' }
  const { stdout, end } = await exec.run({ path, env, stdin: `{"cniVersion":"${NEWEST}"}`, timeoutMs: TIMEOUT_MS })
  const versions = end.kind === 'exited' && end.status === 0 ? versionsIn(stdout) : undefined
  if (!versions) return [ill(`${path}: does not answer VERSION`, `CNI_COMMAND=VERSION ${path} </dev/null`)]
  const range = `CNI ${versions[0]} to ${versions.at(-1)}`
  if (versions.includes(cniVersion)) return [ok(`${path}: ${range}`)]
  return [
    ill(`${path}: speaks ${range}, but ${by} is in ${cniVersion}: set its cniVersion to ${newestShared(versions)}`),
  ]
}

function versionsIn(stdout: string): readonly string[] | undefined {
  try {
    const { supportedVersions } = parseJsonObject(stdout, 'VERSION')
    const versions = Array.isArray(supportedVersions) ? (supportedVersions as readonly Json[]).map(String) : []
    return versions.length > 0 ? versions : undefined
  } catch (fault) {
    if (fault instanceof CniError) return undefined
    throw fault
  }
}

function newestShared(versions: readonly string[]): string {
  return CNI_VERSIONS.findLast((version) => versions.includes(version)) ?? 'one of those'
}

function neededPlugins(patient: Patient): readonly Needed[] {
  const needed = new Map<string, Needed>()
  for (const { name, network } of knownNetworks(patient)) {
    const { cniVersion, plugins } = network
    const types = plugins.flatMap(({ type, ipam }) => [
      type,
      ...(isJsonObject(ipam) && ipam['type'] ? [String(ipam['type'])] : []),
    ])
    for (const type of types) {
      const before = needed.get(type)
      const isNewer = !before || CNI_VERSIONS.indexOf(cniVersion) > CNI_VERSIONS.indexOf(before.cniVersion)
      if (isNewer) needed.set(type, { type, cniVersion, by: name })
    }
  }
  return [...needed.values()].sort((a, b) => (a.type < b.type ? -1 : 1))
}

function journalFolders({ journal }: Patient): readonly string[] {
  return journal.calls.flatMap(({ call }) => call.pluginFolders)
}

async function connectionFault(socket: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const connection = connect(socket)
    const end = (fault: string | undefined): void => {
      connection.destroy()
      resolve(fault)
    }
    connection.setTimeout(TIMEOUT_MS, () => end(`the agent does not answer within ${TIMEOUT_MS / 1000} s`))
    connection.once('connect', () => end(undefined))
    connection.once('error', (fault: NodeJS.ErrnoException) =>
      end(`the agent cannot be reached (${fault.code ?? fault.message})`),
    )
  })
}

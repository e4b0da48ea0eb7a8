import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ClientCertificate, certify, type KubeUser, signed, writeKubeconfig } from './kube-credentials.ts'

/** How a command ended. */
export type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string }

/** A request the API server audited. */
export type Audited = { readonly verb: string; readonly uri: string; readonly user: string; readonly status: number }

/** A cluster, as its administrator can change it. */
export type Cluster = {
  readonly kubectl: (args: readonly string[], stdin?: string) => Ran
  /** Creates or changes objects. Throws with what kubectl said. */
  readonly apply: (...objects: readonly object[]) => void
}

/** An API server of the test's own, with a private CA, RBAC and an etcd. */
export type ApiServer = Cluster & {
  readonly url: string
  readonly folder: string
  readonly adminKubeconfig: string
  /** Writes a kubeconfig and gives its path; of another server than this one where its cluster is given. */
  readonly kubeconfigFor: (user: KubeUser, cluster?: object) => string
  /** A client certificate of the cluster's CA, signed for a user. */
  readonly certificateFor: (user: string, group: string) => ClientCertificate
  readonly audit: () => readonly Audited[]
  readonly stop: () => Promise<void>
  readonly start: () => Promise<void>
}

/** The administrator's token. */
export const ADMIN_TOKEN = 'admin-token'
/** The token of user `plexus`, who has only the rights that RBAC objects give. */
export const PLEXUS_TOKEN = 'plexus-token'

const ROOT = new URL('../../', import.meta.url).pathname
/** The address of the Service `kubernetes`, the first of the range, which pods are told the API server has. */
export const SERVICE_ADDRESS = '10.96.0.1'
/** The port it listens on. */
export const PORT = 16443
const ETCD_PORT = 12379

let programs: string | undefined

/** The folder of the Kubernetes programs, built where they are missing. */
export function kubernetesPrograms(): string {
  programs ??= execFileSync('sh', [`${ROOT}scripts/build-kubernetes.sh`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim()
  return programs
}

/** Runs an API server for the time `use` takes; with the definition of NetworkAttachmentDefinition applied. */
export async function withApiServer(use: (api: ApiServer) => Promise<void>): Promise<void> {
  const folder = mkdtempSync('/run/plexus-api-')
  const etcd = startEtcd(folder)
  const api = apiServer(folder)
  try {
    await serve(api)
    await use(api)
  } finally {
    await api.stop()
    await end(etcd)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The cluster of a kubeconfig. */
export function clusterAt(kubeconfig: string): Cluster {
  const env = { PATH: process.env['PATH'], HOME: dirname(kubeconfig) }
  const kubectl: Cluster['kubectl'] = (args, input = '') =>
    spawnSync(`${kubernetesPrograms()}/kubectl`, ['--kubeconfig', kubeconfig, ...args], {
      env,
      input,
      encoding: 'utf8',
    })
  return {
    kubectl,
    apply(...objects) {
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
      const { status, stderr } = kubectl(['apply', '-f', '-'], list)
      if (status !== 0) throw new Error(stderr)
    },
  }
}

/** Starts such an API server for as long as the namespaces of scripts/isolated.sh last. */
export async function startApiServer(): Promise<ApiServer> {
  const folder = mkdtempSync('/run/plexus-api-')
  startEtcd(folder)
  const api = apiServer(folder)
  await serve(api)
  return api
}

async function serve(api: ApiServer): Promise<void> {
  await api.start()
  const crd = api.kubectl(['apply', '-f', `${ROOT}crd/network-attachment-definition.yaml`])
  if (crd.status !== 0) throw new Error(crd.stderr)
  api.kubectl(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all'])
}

function startEtcd(folder: string): ChildProcess {
  const [client, peer] = [`http://127.0.0.1:${ETCD_PORT}`, `http://127.0.0.1:${ETCD_PORT + 1}`]
  return run(folder, 'etcd', [
    `--data-dir=${folder}/etcd`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ])
}

function apiServer(folder: string): ApiServer {
  const url = `https://127.0.0.1:${PORT}`
  certify(folder, `IP:127.0.0.1,IP:${SERVICE_ADDRESS},DNS:localhost`)
  const adminKubeconfig = writeKubeconfig(folder, 'admin', { token: ADMIN_TOKEN }, clusterOf(folder, url))
  const cluster = clusterAt(adminKubeconfig)
  let server: ChildProcess | undefined
  let made = 0
  return {
    url,
    folder,
    adminKubeconfig,
    ...cluster,
    kubeconfigFor(user, cluster) {
      made += 1
      return writeKubeconfig(folder, `user${made}`, user, cluster ?? clusterOf(folder, url))
    },
    certificateFor: (user, group) => signed(folder, user, `/O=${group}/CN=${user}`),
    audit: () => auditedIn(`${folder}/audit.log`),
    async start() {
      server = run(folder, 'kube-apiserver', serverFlags(folder))
      await untilReady(cluster, server, folder)
    },
    async stop() {
      if (server) await end(server)
      server = undefined
    },
  }
}

function serverFlags(folder: string): readonly string[] {
  const tokens = [`${ADMIN_TOKEN},admin,admin,"system:masters"`, `${PLEXUS_TOKEN},plexus,plexus`]
  writeFileSync(`${folder}/tokens.csv`, `${tokens.join('\n')}\n`)
  writeFileSync(
    `${folder}/audit.yaml`,
    JSON.stringify({
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      rules: [{ level: 'Metadata', omitStages: ['RequestReceived'] }],
    }),
  )
  return [
    `--etcd-servers=http://127.0.0.1:${ETCD_PORT}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${PORT}`,
    `--cert-dir=${folder}/generated`,
    `--tls-cert-file=${folder}/server.crt`,
    `--tls-private-key-file=${folder}/server.key`,
    `--client-ca-file=${folder}/ca.crt`,
    '--service-account-issuer=https://plexus.test',
    `--service-account-signing-key-file=${folder}/server.key`,
    `--service-account-key-file=${folder}/server.key`,
    `--token-auth-file=${folder}/tokens.csv`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged',
    `--audit-policy-file=${folder}/audit.yaml`,
    `--audit-log-path=${folder}/audit.log`,
    '--audit-log-mode=blocking',
  ]
}

function run(folder: string, name: string, args: readonly string[]): ChildProcess {
  const log = openSync(`${folder}/${name}.log`, 'a')
  return spawn(`${kubernetesPrograms()}/${name}`, args, { stdio: ['ignore', log, log] })
}

async function untilReady({ kubectl }: Cluster, server: ChildProcess, folder: string): Promise<void> {
  for (let tries = 0; tries < 300 && server.exitCode === null; tries += 1) {
    if (kubectl(['get', '--raw', '/readyz']).status === 0) return
    await sleep(200)
  }
  throw new Error(`the API server is not ready:\n${readFileSync(`${folder}/kube-apiserver.log`, 'utf8').slice(-2000)}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

function clusterOf(folder: string, server: string): object {
  return { server, 'certificate-authority': `${folder}/ca.crt` }
}

function auditedIn(path: string): readonly Audited[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ stage }) => stage === 'ResponseComplete' || stage === 'ResponseStarted')
    .map(({ verb, requestURI, user, responseStatus }) => ({
      verb,
      uri: requestURI,
      user: user.username,
      status: responseStatus?.code,
    }))
}

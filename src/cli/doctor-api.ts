import { existsSync } from 'node:fs'
import { type KubeClient, kubeClient, statusOf } from '../cluster/index.ts'
import { CniError } from '../cni/index.ts'
import { doubt, ill, ok, type Patient, type Verdict } from './doctor-verdict.ts'

const CRD = '/apis/k8s.cni.cncf.io/v1'
// What nobody has: whoever may ask for it is told that it is not there, and whoever may not, that he may not.
const NOBODY = 'plexus-doctor-asks-for-nobody'
const GRANT = 'kubectl apply -k deploy/base'

type Right = { readonly what: string; readonly ask: (client: KubeClient) => Promise<unknown> }

const RIGHTS: readonly Right[] = [
  { what: 'get pods', ask: (client) => client.get(`/api/v1/namespaces/default/pods/${NOBODY}`) },
  {
    what: 'get network-attachment-definitions',
    ask: (client) => client.get(`${CRD}/namespaces/default/network-attachment-definitions/${NOBODY}`),
  },
  { what: 'patch pods/status', ask: (client) => client.patch(`/api/v1/namespaces/default/pods/${NOBODY}/status`, {}) },
  { what: 'create events', ask: (client) => client.post('/api/v1/namespaces/default/events?dryRun=All', {}) },
]

/** Whether the API server answers, has the definitions' kind, and grants what Plexus asks it for. */
export async function examineApi(patient: Patient): Promise<readonly Verdict[]> {
  const kubeconfig = patient.chosen?.node.kubeconfig
  const source = patient.chosen?.node.source
  if (source) return [ok(`not asked: pods and definitions come from ${source.files}`)]
  if (kubeconfig === undefined)
    return [doubt('no kubeconfig is configured: no annotation of a pod is read', 'plexus install')]
  if (!existsSync(kubeconfig)) return [ill(`${kubeconfig}: does not exist`, 'plexus install')]
  const client = kubeClient(kubeconfig)
  const fault = await faultOf(() => client.get('/version'))
  if (fault !== undefined)
    return [ill(`the API server cannot be asked: ${fault}`, `kubectl --kubeconfig ${kubeconfig} version`)]
  return [ok('the API server answers'), await examineKind(client), ...(await examineRights(client))]
}

async function examineKind(client: KubeClient): Promise<Verdict> {
  const fault = await faultOf(() => client.get(CRD))
  if (fault === undefined) return ok('it has NetworkAttachmentDefinitions')
  return ill(
    `it has no NetworkAttachmentDefinitions: ${fault}`,
    'kubectl apply -f crd/network-attachment-definition.yaml',
  )
}

async function examineRights(client: KubeClient): Promise<readonly Verdict[]> {
  const asked = await Promise.all(
    RIGHTS.map(async ({ what, ask }) => ({ what, isDenied: await isDenied(() => ask(client)) })),
  )
  const denied = asked.filter((one) => one.isDenied).map(({ what }) => what)
  if (denied.length === 0) return [ok(`it lets Plexus ${RIGHTS.map(({ what }) => what).join(', ')}`)]
  return denied.map((what) => ill(`it does not let Plexus ${what}`, GRANT))
}

async function isDenied(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return false
  } catch (fault) {
    return [401, 403].includes(statusOf(fault) ?? 0)
  }
}

async function faultOf(ask: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await ask()
    return undefined
  } catch (fault) {
    return fault instanceof CniError ? fault.msg : String((fault as Error).message)
  }
}

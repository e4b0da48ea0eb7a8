import { spawnSync } from 'node:child_process'
import { type ApiServer, kubernetesPrograms, type Ran } from './kube-apiserver.ts'
import { bindPod } from './node-pods.ts'

/** The pods of examples/requirements. */
export const REQUIREMENTS_PODS = ['here', 'there', 'daemon'] as const

const ROOT = new URL('../../', import.meta.url).pathname

/** Makes the pods of examples/requirements, and what they have beside the default network, on this node. */
export function makeRequirementsPods(api: ApiServer): void {
  const { status, stderr } = api.kubectl(['apply', '-f', `${ROOT}examples/requirements`])
  if (status !== 0) throw new Error(stderr)
  for (const pod of REQUIREMENTS_PODS) bindPod(api, pod)
}

/** Runs scripts/kubernetes-requirements.sh on the cluster. */
export function showRequirements({ adminKubeconfig }: ApiServer): Ran {
  const env = { PATH: `${kubernetesPrograms()}:${process.env['PATH']}`, KUBECONFIG: adminKubeconfig, HOME: '/run' }
  return spawnSync('sh', [`${ROOT}scripts/kubernetes-requirements.sh`], { env, encoding: 'utf8' })
}

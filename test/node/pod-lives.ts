import { setImmediate as turn } from 'node:timers/promises'
import { clusterAt } from './kube-apiserver.ts'
import type { PodLife } from './node-load.ts'
import { awaited, awaitRunning, deletePods, networkStatus, nodePod } from './node-pods.ts'

// node --import tsx test/node/pod-lives.ts NAME KUBECONFIG
//
// Pods with three networks, one after another: each is started, and deleted once it runs and has its status. Prints a
// line of JSON for each that is gone. Ends after the pod at hand when told so by SIGTERM; with an error where a pod does
// not start, or does not go.

const [name = '', kubeconfig = ''] = process.argv.slice(2)
const cluster = clusterAt(kubeconfig)
let isToEnd = false
process.once('SIGTERM', () => {
  isToEnd = true
})

for (let number = 1; !isToEnd; number += 1) {
  console.log(JSON.stringify(await lifeOf(`${name}-${number}`)))
  // What it does is waited for without a look at the signals.
  await turn()
}

async function lifeOf(pod: string): Promise<PodLife> {
  const asked = Date.now()
  cluster.apply(nodePod(pod, 'lan,storage'))
  awaitRunning(cluster, [pod])
  const running = Date.now()
  const status = await awaited(`the status of ${pod}`, () => {
    const entries = networkStatus(cluster, pod)
    return entries.length > 0 ? entries : undefined
  })
  const deleted = Date.now()
  deletePods(cluster, [pod])
  const interfaces = status.map(({ interface: ifName = '' }) => ifName)
  return { pod, interfaces, asked, running, deleted, gone: Date.now() }
}

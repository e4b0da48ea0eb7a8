import { mkdtempSync } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeControlGroup, removeControlGroup } from './control-groups.ts'
import type { Daemon } from './daemon.ts'
import { type ApiServer, type Ran, startApiServer } from './kube-apiserver.ts'
import { type Leftovers, leftovers } from './namespaces.ts'
import { importImages, nodeContainerd, nodeKubelet } from './node-daemons.ts'
import { layGround, NODE_NAME } from './node-ground.ts'
import { imagesArchive } from './node-images.ts'
import { grantAccess, JOURNAL, layDefaultNetwork } from './node-plexus.ts'

/** A Kubernetes cluster of one node, `node1`: etcd, API server, containerd and kubelet. */
export type RealNode = {
  /** Where it keeps what is its own; see {@link importImages}. */
  readonly folder: string
  readonly api: ApiServer
  readonly containerd: Daemon
  readonly kubelet: Daemon
}

/**
 * Starts a node, with the service account of deploy/ and a default network, but without Plexus. It lasts as long as this
 * process and the namespaces of scripts/isolated.sh, in which it has to be. What it may not take along is that of the
 * machine: its control groups, which go when this process ends.
 */
export async function startRealNode(): Promise<RealNode> {
  const folder = mkdtempSync('/run/plexus-node-')
  const controlGroup = basename(folder)
  layGround(folder)
  const api = await startApiServer()
  makeControlGroup(controlGroup)
  const containerd = nodeContainerd(folder)
  const kubelet = nodeKubelet(folder, api.adminKubeconfig, controlGroup)
  process.once('exit', () => {
    // Alive, they would start anew what is killed.
    for (const daemon of [kubelet, containerd]) daemon.kill()
    removeControlGroup(controlGroup)
  })
  await containerd.start()
  await importImages(folder, imagesArchive(folder))
  await kubelet.start()
  // What is not there yet is not waited for, but an error at once.
  let joined = waitForNode(api)
  for (let tries = 0; joined.stderr.includes('NotFound') && tries < 120; tries += 1) {
    await sleep(500)
    joined = waitForNode(api)
  }
  if (joined.status !== 0) throw new Error(`${joined.stderr}\n${kubelet.log().slice(-4000)}`)
  grantAccess(api)
  layDefaultNetwork()
  return { folder, api, containerd, kubelet }
}

function waitForNode({ kubectl }: ApiServer): Ran {
  return kubectl(['wait', '--for=condition=Ready=false', '--timeout=60s', 'node', NODE_NAME])
}

/**
 * Takes stock of what pods could leave on the node. Bridges are left out: the plugin that makes one keeps it for the next
 * pod.
 */
export function stock(): Leftovers {
  const { links, ...rest } = leftovers([JOURNAL])
  return { ...rest, links: links.filter((name) => !BRIDGES.test(name)) }
}

const BRIDGES = /^(cni0|br-)/

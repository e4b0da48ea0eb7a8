import type { AgentNode } from '../agent/agent-node.ts'
import { createNetns, deleteNetns, links } from '../node/namespaces.ts'
import type { Tally } from './tally.ts'

/** What is to be done: so many ADDs, by so many pods at once. */
export type Work = { readonly calls: number; readonly pods: number; readonly tally: Tally }

/** Work that goes on. */
export type Working = {
  readonly ended: Promise<void>
  /** How much of it is done, from 0 to 1. */
  readonly progress: () => number
}

// A runtime goes on deleting for as long as it takes; here that is a defect.
const MOST_DELS = 20
// Of so many ADDs one is killed in the middle.
const KILLED_OF = 25

/** Pods that come and go, each as a runtime does it: a sandbox, ADD, DEL until it succeeds, no sandbox any more. */
export function workers(agentNode: AgentNode, { calls, pods, tally }: Work): Working {
  let begun = 0
  const worker = async (pod: string): Promise<void> => {
    while (begun < calls) {
      begun += 1
      await lifeOf(agentNode, pod, `${pod}-${begun}`, begun % KILLED_OF === 0, tally)
    }
  }
  const all = Array.from({ length: pods }, (_, index) => worker(`pod${index}`))
  return { ended: Promise.all(all).then(() => undefined), progress: () => begun / calls }
}

async function lifeOf(
  { node }: AgentNode,
  pod: string,
  containerId: string,
  killed: boolean,
  tally: Tally,
): Promise<void> {
  const netns = createNetns()
  const options = { pod, containerId, netns: netns.path }
  const call = node.start('ADD', options)
  if (killed) setTimeout(() => process.kill(call.pid, 'SIGKILL'), 20 + Math.random() * 60)
  const { status, json } = await call.ended.catch(() => ({ status: null, json: {} as { code?: number; msg?: string } }))
  if (status === 0) {
    tally.count('ADD succeeded')
    const names = links(netns).map(({ name }) => name)
    if (!['eth0', 'net1', 'net2'].every((name) => names.includes(name))) tally.count(`WRONG: ADD made ${names.join()}`)
  } else tally.count(status === null ? 'ADD was killed' : `ADD failed with code ${json.code}: ${causeOf(json.msg)}`)
  await deleted({ node } as AgentNode, options, tally)
  deleteNetns(netns)
}

async function deleted(
  { node }: Pick<AgentNode, 'node'>,
  options: { readonly pod: string; readonly containerId: string; readonly netns: string },
  tally: Tally,
): Promise<void> {
  for (let tries = 0; tries < MOST_DELS; tries += 1) {
    const { status, json } = await node.call('DEL', options)
    if (status === 0) return tally.count(tries === 0 ? 'DEL succeeded' : 'DEL succeeded at a later try')
    tally.count(`DEL failed with code ${json.code}: ${causeOf(json.msg)}`)
  }
  tally.count(`WRONG: DEL failed ${MOST_DELS} times`)
}

// What differs from pod to pod is left out.
function causeOf(msg = ''): string {
  return msg
    .replace(/pod\d+(-\d+)?/g, 'POD')
    .replace(/\d+ networks failed; the first: /, '')
    .replace(/0x\w+|\d{2,}/g, 'N')
    .slice(0, 110)
}

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { leftovers, links, routes } from '../node/namespaces.ts'
import type { Scenario } from './crash-scenarios.ts'
import { killCallAt, type Step, watchCall } from './kill-steps.ts'
import { type CallOptions, CONTAINER, type Ended, type TestNode, withNode } from './plexus.ts'

/** The verb that is killed. */
export type KilledVerb = 'ADD' | 'DEL'

/** What a runtime does with a container whose call was killed, in order. */
export const AFTERWARDS = ['DEL', 'DEL', 'ADD', 'DEL'] as const

/** One kill and what came of it. */
export type Crash = {
  readonly step: Step
  /** How far the journal says each attachment is, or that there is none. */
  readonly journal: string
  /** How the calls of {@link AFTERWARDS} ended: `ok`, or with which error. */
  readonly ended: readonly string[]
  /** What there was after each DEL that succeeded and should not have been. */
  readonly left: readonly string[]
}

/** A scenario on a node: nothing is attached, and what attaching leaves for good, such as bridges, is there. */
export type Stage = {
  readonly call: (verb: string) => Promise<Ended>
  /** What a verb does when nobody kills it, its failure included. */
  readonly steps: (verb: KilledVerb) => Promise<readonly Step[]>
  /** Kills a call at a step, then does what a runtime does. */
  readonly crash: (verb: KilledVerb, step: Step) => Promise<Crash>
  /** What is there now and was not when the stage was set. */
  readonly left: () => readonly string[]
}

/** Sets the stage of a scenario for the time `use` takes. */
export async function onStage(scenario: Scenario, use: (stage: Stage) => Promise<void>): Promise<void> {
  await withNode(scenario.node, async (node) => {
    const options = { config: { runtimeConfig: scenario.runtimeConfig ?? {} } }
    node.apply(...scenario.objects)
    for (const verb of ['ADD', 'DEL', 'DEL']) await node.call(verb, options)
    await use(stageOn(node, options))
  })
}

function stageOn(node: TestNode, options: CallOptions): Stage {
  const before = stock(node)
  const call: Stage['call'] = (verb) => node.call(verb, options)
  const left: Stage['left'] = () => stock(node).filter((one) => !before.includes(one))
  const begin = async (verb: KilledVerb): Promise<void> => {
    for (const path of ['state/plexus', `records/failed-${CONTAINER}`])
      rmSync(`${node.folder}/${path}`, { recursive: true, force: true })
    if (verb === 'DEL') await call('ADD')
  }
  return {
    call,
    left,
    steps: async (verb) => {
      await begin(verb)
      const { steps } = await watchCall(node, verb, options)
      await call('DEL')
      return steps
    },
    crash: async (verb, step) => {
      await begin(verb)
      await killCallAt(node, verb, step, options)
      return { step, journal: journalOf(node), ...(await afterwards(call, left)) }
    },
  }
}

async function afterwards(call: Stage['call'], left: Stage['left']): Promise<Pick<Crash, 'ended' | 'left'>> {
  const ended: string[] = []
  const found: string[] = []
  for (const verb of AFTERWARDS) {
    const { status, json } = await call(verb)
    ended.push(status === 0 ? 'ok' : `error ${json.code}`)
    if (verb === 'DEL' && status === 0) found.push(...left())
  }
  return { ended, left: found }
}

type Journal = { readonly calls: readonly { readonly attachments: readonly Attachment[] }[] }
type Attachment = { readonly ifName: string; readonly state: string }

function journalOf(node: TestNode): string {
  const path = `${node.folder}/state/plexus/${CONTAINER}.json`
  if (!existsSync(path)) return 'no journal'
  const { calls } = JSON.parse(readFileSync(path, 'utf8')) as Journal
  return calls.flatMap(({ attachments }) => attachments.map(({ ifName, state }) => `${ifName} ${state}`)).join(', ')
}

// Everything that a pod's networks make, on both sides.
function stock(node: TestNode): readonly string[] {
  const host = leftovers([`${node.folder}/state`])
  return [
    ...host.links.map((name) => `interface ${name} in the host`),
    ...host.namespaces.map((name) => `namespace ${name}`),
    ...host.leases.map((lease) => `lease ${lease}`),
    ...host.rules.split('\n').map((rule) => `rule ${rule.trim()}`),
    ...host.files.map((file) => `file ${file}`),
    ...links(node.netns).map(({ name }) => `interface ${name} in the sandbox`),
    ...routes(4, node.netns).map(({ destination }) => `route ${destination} in the sandbox`),
    ...routes(4).map(({ destination }) => `route ${destination} in the host`),
  ]
}
